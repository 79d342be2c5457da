-- Dates are the local dates of the events; an event with an invalid time has no date.
with occurrences as (
    select
        validated.business_id,
        'event_name' as column_name,
        {{ trim_to_null('event_name', 'landed') }} as value,
        validated.occurred_at
    from {{ ref('base_events') }} as validated
    inner join {{ ref('landed_events') }} as landed on validated.row_hash = landed.row_hash
    where validated.rejection_reason = 'unmapped_event_name'
    union all
    select events.business_id, 'reason', events.reason, events.occurred_at
    from {{ ref('stg_events') }} as events
    left join {{ ref('stg_exit_reasons') }} as listed on events.reason = listed.reason
    where events.kind = 'cancellation' and events.reason is not null and listed.reason is null
),

value_counts as (
    select business_id, column_name, value, count(*) as row_count, min(occurred_at) as first_seen_at, max(occurred_at) as last_seen_at
    from occurrences
    group by business_id, column_name, value
)

select
    value_counts.business_id,
    value_counts.column_name,
    value_counts.value,
    value_counts.row_count as {{ quoted('rows') }},
    cast({{ utc_to_local('value_counts.first_seen_at', 'businesses.timezone') }} as date) as first_seen_on,
    cast({{ utc_to_local('value_counts.last_seen_at', 'businesses.timezone') }} as date) as last_seen_on
from value_counts
inner join {{ ref('stg_businesses') }} as businesses on value_counts.business_id = businesses.business_id
