{{ standing_rows('base_customers') }}
