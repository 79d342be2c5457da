{{ landed_this_run('customers', ['business_id', 'customer_id']) }}
