{# The values of each segment add up to the total, column by column. #}
{% test segments_add_up(model, columns) %}
with added as (
    select
        business_id,
        period_grain,
        period_start,
        segment
        {%- for column in columns %},
        sum({{ column }}) as {{ column }}
        {%- endfor %}
    from {{ model }}
    group by business_id, period_grain, period_start, segment
)

select parts.*
from added as parts
left join added as totals
    on
        parts.business_id = totals.business_id
        and parts.period_grain = totals.period_grain
        and parts.period_start = totals.period_start
        and totals.segment = 'all'
where
    parts.segment <> 'all'
    and (
        {%- for column in columns %}
        parts.{{ column }} = totals.{{ column }}{{ ' and' if not loop.last }}
        {%- endfor %}
    ) is not true
{% endtest %}
