{{ landed_rows('events') }}
