{{ landed_rows('contracts') }}
