{# Each win-back and reactivation adds one to the number of previous returns at the customer's next return. #}
{% test previous_returns_increments(model, of=none) %}
with consecutive_rows as (
    select
        *,
        lag(previous_returns) over customer_returns as counted_before,
        lag(return_type) over customer_returns as type_before
    from {{ rows_to_test(model, of) }} as tested
    window customer_returns as (partition by business_id, customer_id order by returned_on)
)

select *
from consecutive_rows
where (previous_returns = coalesce(counted_before, 0) + case when type_before in ('won_back', 'reactivated') then 1 else 0 end) is not true
{% endtest %}
