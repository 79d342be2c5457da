{# The values of each segment add up to the total of the rows with the same columns in `by`, column by column. #}
{% test segments_add_up(model, columns, by=['period_grain', 'period_start']) %}
with added as (
    select
        business_id,
        {{ by | join(', ') }},
        segment
        {%- for column in columns %},
        sum({{ column }}) as {{ column }}
        {%- endfor %}
    from {{ model }}
    group by business_id, {{ by | join(', ') }}, segment
)

select parts.*
from added as parts
left join added as totals
    on
        parts.business_id = totals.business_id
        {%- for column in by %}
        and parts.{{ column }} is not distinct from totals.{{ column }}
        {%- endfor %}
        and totals.segment = 'all'
where
    parts.segment <> 'all'
    and (
        {%- for column in columns %}
        parts.{{ column }} = totals.{{ column }}{{ ' and' if not loop.last }}
        {%- endfor %}
    ) is not true
{% endtest %}
