-- The unbroken times in which those who answered were current customers, active or dormant: from the close of the first date
-- to the close of the day before they left. A spell still open at the date counted to has no end.
with moves as (
    select
        transitions.customer_key,
        transitions.transition_date,
        transitions.to_state in ('active', 'dormant') as is_current,
        lag(transitions.to_state) over (partition by transitions.customer_key order by transitions.transition_date) in ('active', 'dormant') as was_current
    from {{ ref('int_transitions') }} as transitions
    where
        transitions.transition_date <= {{ as_of_date() }}
        and transitions.customer_key in (select answers.customer_key from {{ ref('int_answers') }} as answers)
),

turns as (
    select
        *,
        lead(transition_date) over (partition by customer_key order by transition_date) as next_turn_on
    from moves
    where is_current <> coalesce(was_current, false)
)

select
    customer_key,
    transition_date as current_from,
    next_turn_on as left_on
from turns
where is_current
