{{ nothing(['business_id', 'segment'], ['value_count']) }}
