{{ landed_rows('campaigns') }}
