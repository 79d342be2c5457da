{{ nothing(['last_purchased_at'], ['customer_key'], ['event_date']) }}
