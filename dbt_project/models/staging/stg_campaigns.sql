{{ current_rows('base_campaigns') }}
