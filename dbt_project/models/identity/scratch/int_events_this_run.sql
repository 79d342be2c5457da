-- The events that count of this run's customers. Voids are no events here, so none can be voided.
{{ config(materialized='scratch') }}
-- Whose first: in a night they are few.
with theirs as (
    select people.customer_key, events.*
    from {{ ref('stg_events') }} as events
    inner join {{ ref('int_affected_people') }} as people
        on events.business_id = people.business_id and events.customer_id = people.customer_id
    where events.kind in ('interest', 'purchase', 'engagement', 'cancellation', 'refund')
)

select
    theirs.customer_key,
    theirs.business_id,
    theirs.customer_id,
    theirs.event_id,
    theirs.kind,
    theirs.occurred_at,
    {{ local_date('theirs.occurred_at', 'offsets') }} as event_date,
    coalesce(theirs.amount, 0) as amount,
    theirs.reason,
    theirs.contract_id,
    theirs.covers_until
from theirs
inner join {{ ref('stg_businesses') }} as businesses on theirs.business_id = businesses.business_id
inner join {{ ref('int_utc_offsets') }} as offsets
    on businesses.timezone = offsets.timezone and cast(theirs.occurred_at as date) = offsets.utc_date
left join {{ ref('int_voided_events') }} as voided
    on theirs.business_id = voided.business_id and theirs.event_id = voided.event_id
where voided.event_id is null
