select
    'events' as landing_table,
    business_id,
    event_id as row_id,
    customer_id,
    'amount' as column_name,
    'amount_too_large' as reason
from {{ ref('int_dropped_amounts') }}
