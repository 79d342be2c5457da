{{ standing_rows('base_campaigns') }}
