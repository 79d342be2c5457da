{# Each transition starts from the state that the previous one led to, after the number of days between them, and refers to the exit that it reverses. #}
{% test transitions_are_consecutive(model, of=none) %}
with consecutive_rows as (
    select
        *,
        lag(transition_date) over customer as previous_date,
        lag(to_state) over customer as previous_state,
        lag(exit_kind) over customer as previous_exit_kind,
        lag(exit_reason) over customer as previous_exit_reason
    from {{ rows_to_test(model, of) }} as tested
    window customer as (partition by business_id, customer_id order by transition_date)
)

select *
from consecutive_rows
where (
    from_state is not distinct from previous_state
    and days_in_from_state is not distinct from {{ days_between('previous_date', 'transition_date') }}
    and (
        from_state is distinct from 'former'
        or (exit_kind = previous_exit_kind and exit_reason = previous_exit_reason)
    )
) is not true
{% endtest %}
