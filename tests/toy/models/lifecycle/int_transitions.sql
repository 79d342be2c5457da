-- Everyone is active from the first event on, and ever after.
select events.business_id, events.customer_id, min(cast(substr(events.occurred_at, 1, 10) as date)) as transition_date
from {{ ref('stg_events') }} as events
inner join {{ ref('stg_businesses') }} as businesses on events.business_id = businesses.business_id
group by events.business_id, events.customer_id
