-- Counted events of the customers being recomputed. Voids are not among these events, so none can be voided.
{{ config(materialized='scratch') }}
-- Join to the affected people first: in an incremental refresh they are few.
with customer_events as (
    select people.customer_key, events.*
    from {{ ref('stg_events') }} as events
    inner join {{ ref('int_affected_people') }} as people
        on events.business_id = people.business_id and events.customer_id = people.customer_id
    where events.kind in ('interest', 'purchase', 'engagement', 'cancellation', 'refund')
)

select
    customer_events.customer_key,
    customer_events.business_id,
    customer_events.customer_id,
    customer_events.event_id,
    customer_events.kind,
    customer_events.occurred_at,
    {{ local_date('customer_events.occurred_at', 'offsets') }} as event_date,
    coalesce(customer_events.amount, 0) as amount,
    customer_events.reason,
    customer_events.contract_id,
    customer_events.covers_until
from customer_events
inner join {{ ref('stg_businesses') }} as businesses on customer_events.business_id = businesses.business_id
inner join {{ ref('int_utc_offsets') }} as offsets
    on businesses.timezone = offsets.timezone and cast(customer_events.occurred_at as date) = offsets.utc_date
left join {{ ref('int_voided_events') }} as voided
    on customer_events.business_id = voided.business_id and customer_events.event_id = voided.event_id
where voided.event_id is null
