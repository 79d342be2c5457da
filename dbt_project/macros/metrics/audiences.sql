{# The customers who are inactive in the given states, highest expected value first. Values are compared to 9 decimal places, so that equal values
   rank as equal. #}
{% macro ranked_candidates(states) -%}
select
    business_id,
    customer_id,
    from_state,
    since,
    exit_kind,
    exit_reason,
    last_purchase_on,
    lifetime_revenue,
    revenue_365_days_before,
    previous_returns,
    last_touched_at,
    contactable,
    suppressed_because,
    return_probability,
    expected_value,
    cast(
        row_number() over (partition by business_id order by cast(expected_value as decimal(38, 9)) desc nulls last, {{ binary_collation('customer_id') }}) as bigint
    ) as {{ quoted('rank') }},
    suggested_strategy
from {{ ref('int_candidates') }}
where from_state in ('{{ states | join("', '") }}')
{%- endmacro %}
