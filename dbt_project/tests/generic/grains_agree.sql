{# Measures that are additive over time have the same sum in every grain. #}
{% test grains_agree(model, columns) %}
with added as (
    select
        business_id,
        segment,
        segment_value,
        period_grain
        {%- for column in columns %},
        sum({{ column }}) as {{ column }}
        {%- endfor %}
    from {{ model }}
    group by business_id, segment, segment_value, period_grain
)

select
    business_id,
    segment,
    segment_value
from added
group by business_id, segment, segment_value
having
    count(*) <> {{ period_grains() | length }}
    {%- for column in columns %}
    or min({{ column }}) <> max({{ column }})
    {%- endfor %}
{% endtest %}
