{{ nothing(['business_id', 'event_id']) }}
