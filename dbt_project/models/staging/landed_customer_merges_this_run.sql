{{ landed_this_run('customer_merges', ['business_id', 'from_customer_id']) }}
