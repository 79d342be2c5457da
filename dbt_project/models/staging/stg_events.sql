{{ standing_rows('base_events') }}
