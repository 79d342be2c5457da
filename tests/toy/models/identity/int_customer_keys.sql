{{ nothing(['business_id', 'customer_id'], ['customer_key']) }}
