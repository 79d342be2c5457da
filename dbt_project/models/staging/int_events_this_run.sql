-- The events that count of this run's customers. A void counts whenever it arrives and whatever its date; voids themselves are no events here, so none can be voided.
with voided as (
    select distinct business_id, voids_event_id
    from {{ ref('stg_events') }}
    where kind = 'void'
),

effective as (
    select events.*
    from {{ ref('stg_events') }} as events
    left join voided
        on events.business_id = voided.business_id and events.event_id = voided.voids_event_id
    where
        events.kind in ('interest', 'purchase', 'engagement', 'cancellation', 'refund')
        and voided.voids_event_id is null
)

select
    people.customer_key,
    effective.business_id,
    effective.event_id,
    effective.kind,
    effective.occurred_at,
    cast(
        effective.occurred_at
        + case when effective.occurred_at >= offsets.changes_at then offsets.next_offset else offsets.opening_offset end
        as date
    ) as event_date,
    coalesce(effective.amount, 0) as amount,
    effective.reason
from effective
inner join {{ ref('int_people_this_run') }} as people
    on effective.business_id = people.business_id and effective.customer_id = people.customer_id
inner join {{ ref('stg_businesses') }} as businesses on effective.business_id = businesses.business_id
inner join {{ ref('int_utc_offsets') }} as offsets
    on businesses.timezone = offsets.timezone and cast(effective.occurred_at as date) = offsets.utc_date
