{{ current_rows('base_events') }}
