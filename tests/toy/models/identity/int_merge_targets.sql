{{ nothing(['business_id', 'customer_id', 'survivor_id']) }}
