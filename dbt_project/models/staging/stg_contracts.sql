{{ current_rows('base_contracts') }}
