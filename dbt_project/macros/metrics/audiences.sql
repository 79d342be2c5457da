{# The people away in certain states, the most promising first. Values are ranked to 9 places, so that equal ones are. #}
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
