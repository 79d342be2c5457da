{# A customer's intervals join without gap or overlap, no state follows itself, and the last one alone is open. #}
{% test unbroken_states(model) %}
with followed as (
    select
        *,
        lead(valid_from) over customer as next_from,
        lead(state) over customer as next_state
    from {{ model }}
    window customer as (partition by business_id, customer_id order by valid_from)
)

select *
from followed
where (valid_to is not distinct from next_from and state is distinct from next_state) is not true
{% endtest %}
