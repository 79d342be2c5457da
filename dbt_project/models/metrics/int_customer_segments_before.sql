{{ rows_before('int_customer_segments') }}
