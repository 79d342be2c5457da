{{ landed_this_run('events', ['business_id', 'event_id']) }}
