{{ standing_rows('base_campaign_touches') }}
