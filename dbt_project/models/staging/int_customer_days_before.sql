{{ rows_before('int_customer_days') }}
