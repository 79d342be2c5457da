{{ current_rows('base_campaign_touches') }}
