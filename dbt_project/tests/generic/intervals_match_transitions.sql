{# Each interval begins with a transition to its state on its first date, each transition begins one interval, and both show the same exit. #}
{% test intervals_match_transitions(model, of=none) %}
select
    coalesce(states.business_id, transitions.business_id) as business_id,
    coalesce(states.customer_id, transitions.customer_id) as customer_id,
    states.valid_from,
    states.state,
    transitions.transition_date,
    transitions.to_state
from {{ rows_to_test(model, of) }} as states
full outer join {{ rows_to_test(ref('lifecycle_transitions'), of) }} as transitions
    on
        states.business_id = transitions.business_id
        and states.customer_id = transitions.customer_id
        and states.valid_from = transitions.transition_date
where (
    states.state = transitions.to_state
    and (
        states.state <> 'former'
        or (states.exit_kind = transitions.exit_kind and states.exit_reason = transitions.exit_reason)
    )
) is not true
{% endtest %}
