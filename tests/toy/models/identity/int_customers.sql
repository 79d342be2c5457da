{{ nothing(['business_id', 'customer_id'], ['customer_key', 'former_after_days']) }}
