{# The states that touched customers were in add up to `all`, except those already active. #}
{% test states_add_up(model, key) %}
{%- set columns = ['touched', 'observed', 'returned', 'revenue'] %}
with added as (
    select
        {{ key | join(', ') }}
        {%- for column in columns %},
        sum(case when target_state = 'all' then {{ column }} else 0 end) as all_{{ column }},
        sum(case when target_state not in ('all', 'active') then {{ column }} else 0 end) as {{ column }}
        {%- endfor %},
        sum(case when target_state = 'all' then cost else 0 end) as all_cost,
        sum(case when target_state not in ('all', 'active') then cost else 0 end) as cost,
        sum(case when target_state = 'all' then 1 else 0 end) as totals
    from {{ model }}
    group by {{ key | join(', ') }}
)

select *
from added
where (
    totals = 1 and abs(all_cost - cost) <= 1e-6 * greatest(1, abs(cost))
    {%- for column in columns %}
    and all_{{ column }} = {{ column }}
    {%- endfor %}
) is not true
{% endtest %}
