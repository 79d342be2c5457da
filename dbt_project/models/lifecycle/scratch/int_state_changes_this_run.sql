-- The full schedule of a customer's states, including future states: what a date changes, and what only the passing of time changes after it, or
-- after the period that it paid for, until the next date. Does not depend on the as-of date.
{{ config(materialized='view') }}
-- Each day that acts on the state, with the previous and the next one.
with days as (
    select
        *,
        lag(active_until) over (partition by customer_key order by event_date) as previous_active_until,
        lag(has_bought) over (partition by customer_key order by event_date) as previous_has_bought,
        lag(is_cancelled) over (partition by customer_key order by event_date) as previous_is_cancelled,
        lead(event_date) over (partition by customer_key order by event_date) as next_date
    from {{ ref('int_active_days_this_run') }}
),

-- The length of the silence before the day and after it: unlimited if no day follows.
days_with_gaps as (
    select
        days.*,
        customers.dormant_after_days,
        customers.former_after_days,
        customers.prospect_dormant_after_days,
        {{ days_between('days.previous_active_until', 'days.event_date') }} as silent_days_before,
        coalesce({{ days_between('days.active_until', 'days.next_date') }}, 1000000) as silent_days_after
    from days
    inner join {{ ref('int_affected_customers') }} as customers on days.customer_key = customers.customer_key
),

-- The state at the end of the silence before a day, and the state at the day's close.
days_with_states as (
    select
        *,
        case
            when previous_active_until is null then 'unknown'
            when not previous_has_bought and silent_days_before > prospect_dormant_after_days then 'dormant_prospect'
            when not previous_has_bought then 'prospect'
            when previous_is_cancelled or silent_days_before > former_after_days then 'former'
            when silent_days_before > dormant_after_days then 'dormant'
            else 'active'
        end as state_before,
        case when not has_bought then 'prospect' when is_cancelled then 'former' else 'active' end as state_at_close
    from days_with_gaps
),

-- The events of a day change the state.
event_changes as (
    select
        customer_key,
        event_date as change_date,
        state_before as from_state,
        state_at_close as to_state,
        false as is_inactivity
    from days_with_states
    where state_before <> state_at_close
),

-- Silence changes the state if it lasts longer than a threshold, and never if the threshold is null. After P days a prospect cools.
cooling_changes as (
    select
        customer_key,
        {{ add_days('event_date', 'prospect_dormant_after_days') }} as change_date,
        'prospect' as from_state,
        'dormant_prospect' as to_state,
        false as is_inactivity
    from days_with_states
    where state_at_close = 'prospect' and silent_days_after > prospect_dormant_after_days
),

-- After D days a customer lapses.
lapse_changes as (
    select
        customer_key,
        {{ add_days('active_until', 'dormant_after_days') }} as change_date,
        'active' as from_state,
        'dormant' as to_state,
        false as is_inactivity
    from days_with_states
    where state_at_close = 'active' and silent_days_after > dormant_after_days
),

-- After F days a customer has left; if the business uses dormancy, the customer was dormant before.
inactivity_changes as (
    select
        customer_key,
        {{ add_days('active_until', 'former_after_days') }} as change_date,
        case when dormant_after_days is null then 'active' else 'dormant' end as from_state,
        'former' as to_state,
        true as is_inactivity
    from days_with_states
    where state_at_close = 'active' and silent_days_after > former_after_days
),

changes as (
    select * from event_changes
    union all
    select * from cooling_changes
    union all
    select * from lapse_changes
    union all
    select * from inactivity_changes
)

select
    customer_key,
    change_date,
    cast(from_state as {{ state_type() }}) as from_state,
    cast(to_state as {{ state_type() }}) as to_state,
    is_inactivity
from changes
