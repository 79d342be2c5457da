{{ landed_this_run('campaign_touches', ['business_id', 'touch_id']) }}
