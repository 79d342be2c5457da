{{ counted_rows('int_customer_segments') }}
