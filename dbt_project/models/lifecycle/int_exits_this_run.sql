-- Why a customer who cancelled left: the first cancellation after the day's last purchase that left no contract open.
with cancellations as (
    select
        events.customer_key,
        events.event_date,
        events.reason,
        row_number() over (
            partition by events.customer_key, events.event_date
            order by events.occurred_at, {{ in_bytes('events.event_id') }}
        ) as place
    from {{ ref('int_events_this_run') }} as events
    inner join {{ ref('int_customer_days') }} as days
        on events.customer_key = days.customer_key and events.event_date = days.event_date
    left join {{ ref('int_contract_steps_this_run') }} as steps on events.customer_key = steps.customer_key and events.event_id = steps.event_id
    where
        {{ is_exit('events', 'steps') }}
        and (days.last_purchased_at is null or events.occurred_at > days.last_purchased_at)
)

select
    cancellations.customer_key,
    cancellations.event_date,
    coalesce(reasons.exit_kind, 'voluntary') as exit_kind,
    coalesce(reasons.reason, 'unknown') as exit_reason
from cancellations
left join {{ ref('stg_exit_reasons') }} as reasons on cancellations.reason = reasons.reason
where cancellations.place = 1
