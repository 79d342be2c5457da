-- State changes with their names. The columns of the state before come one step earlier, so that the last case reads
-- like the definition.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key') }}
-- Dates and states alone go through the windows: texts would make them several times dearer.
with ordered as (
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

-- An exit and the return that undoes it carry the same reason.
exited as (
    select
        *,
        {{ days_between('previous_date', 'change_date') }} as days_in_from_state,
        from_state = 'former' and previous_is_inactivity or is_inactivity as is_by_inactivity,
        case
            when from_state = 'former' and not previous_is_inactivity then previous_date
            when to_state = 'former' and not is_inactivity then change_date
        end as cancelled_on
    from ordered
),

explained as (
    select
        exited.*,
        customers.recovery_days,
        cast(case when exited.is_by_inactivity then 'inactivity' else exits.exit_kind end as {{ exit_kind_type() }}) as exit_kind,
        case when exited.is_by_inactivity then 'inactivity' else exits.exit_reason end as exit_reason
    from exited
    inner join {{ ref('int_affected_customers') }} as customers on exited.customer_key = customers.customer_key
    left join {{ ref('int_exits_this_run') }} as exits
        on exited.customer_key = exits.customer_key and exited.cancelled_on = exits.event_date
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
from explained
