{{ counted_rows('int_customer_days', 'event_date') }}
