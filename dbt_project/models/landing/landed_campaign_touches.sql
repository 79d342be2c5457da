{{ landed_rows('campaign_touches') }}
