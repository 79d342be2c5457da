{# A period opens with the closing stocks of the previous period; the first period opens with stocks of 0. #}
{% test opening_equals_previous_closing(model) %}
with consecutive_rows as (
    select
        *
        {%- for state in lifecycle_states() %},
        coalesce(lag(closing_{{ state }}) over periods, 0) as closed_before_{{ state }}
        {%- endfor %}
    from {{ model }}
    window periods as (partition by business_id, period_grain, segment, segment_value order by period_start)
)

select *
from consecutive_rows
where (
    {%- for state in lifecycle_states() %}
    opening_{{ state }} = closed_before_{{ state }}{{ ' and' if not loop.last }}
    {%- endfor %}
) is not true
{% endtest %}
