{# A customer's intervals follow each other without gap or overlap, no state follows itself, and only the last interval is open. #}
{% test intervals_are_contiguous(model, of=none) %}
with consecutive_rows as (
    select
        *,
        lead(valid_from) over customer as next_from,
        lead(state) over customer as next_state
    from {{ rows_to_test(model, of) }} as tested
    window customer as (partition by business_id, customer_id order by valid_from)
)

select *
from consecutive_rows
where (valid_to is not distinct from next_from and state is distinct from next_state) is not true
{% endtest %}
