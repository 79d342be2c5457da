{{ landed_rows('customer_merges') }}
