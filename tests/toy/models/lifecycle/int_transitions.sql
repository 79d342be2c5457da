-- Everyone is active from the first event on, and ever after.
select business_id, customer_id, min(cast(substr(occurred_at, 1, 10) as date)) as transition_date
from {{ ref('stg_events') }}
group by business_id, customer_id
