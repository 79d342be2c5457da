{{ current_rows('base_customers') }}
