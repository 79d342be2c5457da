-- State changes with the names of their transitions. Earlier CTEs compute the columns about the previous state, so that the last case expression
-- reads like the definition.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key') }}
-- Each change with the previous and the next change. Only dates and states pass through the window functions: texts would make them several times
-- more expensive.
with changes_with_neighbours as (
    select
        customer_key,
        change_date,
        from_state,
        to_state,
        is_inactivity,
        lag(change_date) over (partition by customer_key order by change_date) as previous_date,
        lag(is_inactivity) over (partition by customer_key order by change_date) as previous_is_inactivity,
        lead(change_date) over (partition by customer_key order by change_date) as next_date,
        lead(to_state) over (partition by customer_key order by change_date) as next_state,
        min(case when to_state in ('active', 'former') then change_date end)
            over (partition by customer_key order by change_date rows unbounded preceding) as first_bought_on
    from {{ ref('int_state_changes_this_run') }}
),

-- Effective cancellations: those after the day's last purchase that left no contract open.
cancellations as (
    select
        events.customer_key,
        events.event_date,
        events.reason,
        row_number() over (
            partition by events.customer_key, events.event_date
            order by events.occurred_at, {{ binary_collation('events.event_id') }}
        ) as row_num
    from {{ ref('int_events_this_run') }} as events
    inner join {{ ref('int_customer_days') }} as days
        on events.customer_key = days.customer_key and events.event_date = days.event_date
    left join {{ ref('int_contract_steps_this_run') }} as steps on events.customer_key = steps.customer_key and events.event_id = steps.event_id
    where
        {{ is_exit('events', 'steps') }}
        and (days.last_purchased_at is null or events.occurred_at > days.last_purchased_at)
),

-- The first effective cancellation on a date gives the reason why the customer left.
exits as (
    select
        cancellations.customer_key,
        cancellations.event_date,
        coalesce(reasons.exit_kind, 'voluntary') as exit_kind,
        coalesce(reasons.reason, 'unknown') as exit_reason
    from cancellations
    left join {{ ref('stg_exit_reasons') }} as reasons on cancellations.reason = reasons.reason
    where cancellations.row_num = 1
),

-- The exit of a change: its own exit or, for a return, the exit that it reverses.
changes_with_exits as (
    select
        *,
        {{ days_between('previous_date', 'change_date') }} as days_in_from_state,
        case when from_state = 'former' then previous_is_inactivity else is_inactivity end as is_by_inactivity,
        case when from_state = 'former' then previous_date when to_state = 'former' then change_date end as exited_on
    from changes_with_neighbours
),

-- Add the kind and the reason of that exit.
changes_with_exit_reasons as (
    select
        changes_with_exits.*,
        customers.recovery_days,
        cast(case when changes_with_exits.is_by_inactivity then 'inactivity' else exits.exit_kind end as {{ exit_kind_type() }}) as exit_kind,
        case when changes_with_exits.is_by_inactivity then 'inactivity' else exits.exit_reason end as exit_reason
    from changes_with_exits
    inner join {{ ref('int_affected_customers') }} as customers on changes_with_exits.customer_key = customers.customer_key
    left join exits on changes_with_exits.customer_key = exits.customer_key and changes_with_exits.exited_on = exits.event_date
)

select
    customer_key,
    change_date as transition_date,
    cast(case
        when to_state = 'prospect' and from_state = 'unknown' then 'identified'
        when to_state = 'prospect' then 'rewarmed'
        when to_state = 'dormant_prospect' then 'cooled'
        when to_state = 'dormant' then 'lapsed'
        when to_state = 'former' and from_state in ('active', 'dormant') then 'churned'
        when to_state = 'former' then 'bounced'
        when from_state = 'dormant' then 'reactivated'
        when from_state = 'former' and exit_kind = 'involuntary' and days_in_from_state <= recovery_days then 'recovered'
        when from_state = 'former' then 'won_back'
        else 'acquired'
    end as {{ transition_type() }}) as transition,
    from_state,
    to_state,
    days_in_from_state,
    next_date as next_transition_date,
    next_state,
    exit_kind,
    exit_reason,
    first_bought_on
from changes_with_exit_reasons
