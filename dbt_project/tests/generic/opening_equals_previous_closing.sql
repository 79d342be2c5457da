{# A period opens with the closing stocks of the previous period; the first period opens with stocks of 0. #}
{% test opening_equals_previous_closing(model, stocks=none) %}
{%- set stocks = stocks or lifecycle_states() -%}
with consecutive_rows as (
    select
        *
        {%- for stock in stocks %},
        coalesce(lag(closing_{{ stock }}) over periods, 0) as closed_before_{{ stock }}
        {%- endfor %}
    from {{ model }}
    window periods as (partition by business_id, period_grain, segment, segment_value order by period_start)
)

select *
from consecutive_rows
where (
    {%- for stock in stocks %}
    opening_{{ stock }} = closed_before_{{ stock }}{{ ' and' if not loop.last }}
    {%- endfor %}
) is not true
{% endtest %}
