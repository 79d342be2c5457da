with history as (
    select
        events.business_id,
        min(events.event_date) as history_starts_on
    from {{ ref('int_events') }} as events
    cross join {{ ref('int_as_of_date') }} as as_of
    where events.kind <> 'refund' and events.event_date <= as_of.as_of_date
    group by events.business_id
)

select
    businesses.business_id,
    businesses.name,
    businesses.kind,
    businesses.timezone,
    businesses.currency,
    businesses.dormant_after_days,
    businesses.former_after_days,
    businesses.prospect_dormant_after_days,
    businesses.attribution_days,
    businesses.recovery_days,
    as_of.as_of_date,
    history.history_starts_on
from {{ ref('stg_businesses') }} as businesses
cross join {{ ref('int_as_of_date') }} as as_of
left join history on businesses.business_id = history.business_id
