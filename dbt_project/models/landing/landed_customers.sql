{{ landed_rows('customers') }}
