-- State changes with their names. The columns of the state before come one step earlier, so that the last case reads
-- like the definition.
{{ replaces_rows_of('int_touched_customers', ['customer_key'], once='int_transitions_before') }}
with changes as (
    select
        *,
        lag(change_date) over (partition by customer_key order by change_date) as previous_date,
        lag(exit_kind) over (partition by customer_key order by change_date) as previous_exit_kind,
        lag(exit_reason) over (partition by customer_key order by change_date) as previous_exit_reason,
        min(case when to_state in ('active', 'former') then change_date end)
            over (partition by customer_key) as first_bought_on
    from {{ ref('int_state_changes_this_run') }}
),

-- An exit and the return that undoes it carry the same reason.
explained as (
    select
        changes.customer_key,
        changes.change_date,
        changes.from_state,
        changes.to_state,
        changes.first_bought_on,
        {{ days_between('changes.previous_date', 'changes.change_date') }} as days_in_from_state,
        customers.recovery_days,
        case when changes.from_state = 'former' then changes.previous_exit_kind else changes.exit_kind end as exit_kind,
        case when changes.from_state = 'former' then changes.previous_exit_reason else changes.exit_reason end as exit_reason
    from changes
    inner join {{ ref('int_customers_this_run') }} as customers on changes.customer_key = customers.customer_key
)

select
    customer_key,
    change_date as transition_date,
    case
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
    end as transition,
    from_state,
    to_state,
    days_in_from_state,
    exit_kind,
    exit_reason,
    first_bought_on
from explained
