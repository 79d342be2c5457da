{# There is one return for each transition back, on its date and from its state, and no other return. #}
{% test returns_match_transitions(model, of=none) %}
with back as (
    select business_id, customer_id, transition_date, transition, from_state, days_in_from_state, exit_kind, exit_reason
    from {{ rows_to_test(ref('lifecycle_transitions'), of) }} as tested
    where transition in ('won_back', 'reactivated', 'recovered') or (transition = 'acquired' and from_state is not null)
)

select
    coalesce(back.business_id, returns.business_id) as business_id,
    coalesce(back.customer_id, returns.customer_id) as customer_id,
    back.transition_date,
    returns.returned_on
from back
full outer join {{ rows_to_test(model, of) }} as returns
    on back.business_id = returns.business_id and back.customer_id = returns.customer_id and back.transition_date = returns.returned_on
where (
    back.transition = returns.return_type
    and back.from_state = returns.from_state
    and back.days_in_from_state = returns.days_away
    and back.exit_kind is not distinct from returns.exit_kind
    and back.exit_reason is not distinct from returns.exit_reason
) is not true
{% endtest %}
