{{ nothing(['contract_id'], ['customer_key'], ['opened_on', 'last_purchased_on', 'ended_on']) }}
