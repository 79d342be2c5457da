{{ landed_this_run('campaigns', ['business_id', 'campaign_id']) }}
