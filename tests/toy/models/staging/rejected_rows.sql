{{ config(schema='winback', tags=['public']) }}
select
    'events' as landing_table,
    business_id,
    event_id as row_id,
    customer_id,
    case when malformed_line is not null then 'malformed_line' when coalesce(customer_id, '') = '' then 'missing_customer_id' else 'invalid_occurred_at' end as reason
from {{ ref('base_events') }}
where row_status = 'rejected'
