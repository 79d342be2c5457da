-- The time of the event that brought a customer back, for returns on the date of a touch: the first purchase after the day's last exit; for a
-- dormant customer without an exit, the first purchase or engagement.
with returns_on_touch_dates as (
    select distinct
        transitions.customer_key,
        transitions.transition_date as returned_on,
        transitions.from_state
    from {{ ref('int_transitions') }} as transitions
    inner join {{ ref('int_touches') }} as touches
        on transitions.customer_key = touches.customer_key and transitions.transition_date = touches.touched_on
    where transitions.to_state = 'active' and {{ is_affected('transitions.customer_key') }}
),

events as (
    select
        returns_on_touch_dates.customer_key,
        returns_on_touch_dates.returned_on,
        returns_on_touch_dates.from_state,
        events.kind,
        events.occurred_at,
        max(case when {{ is_exit('events', 'steps') }} then events.occurred_at end)
            over (partition by returns_on_touch_dates.customer_key, returns_on_touch_dates.returned_on) as last_exited_at
    from returns_on_touch_dates
    inner join {{ ref('int_events_this_run') }} as events
        on returns_on_touch_dates.customer_key = events.customer_key and returns_on_touch_dates.returned_on = events.event_date
    left join {{ ref('int_contract_steps_this_run') }} as steps on events.customer_key = steps.customer_key and events.event_id = steps.event_id
)

select
    customer_key,
    returned_on,
    min(occurred_at) as came_back_at
from events
where
    (kind = 'purchase' and (last_exited_at is null or occurred_at >= last_exited_at))
    or (kind = 'engagement' and from_state = 'dormant' and last_exited_at is null)
group by customer_key, returned_on
