{# The fact has the same rows and figures as fct_lifecycle: the columns in `same` match by name, those in `derived` match their catalogue formula over
   the columns of fct_lifecycle. #}
{% test agrees_with_lifecycle(model, same=[], derived=[]) %}
with lifecycle as (
    select
        {{ period_keys() }}
        {%- for column in same %},
        {{ column }}
        {%- endfor %}
        {%- for column in derived %},
        {{ worked_out(figure(column)) if execute }} as {{ column }}
        {%- endfor %}
    from {{ ref('fct_lifecycle') }}
)

select
    coalesce(facts.business_id, lifecycle.business_id) as business_id,
    coalesce(facts.period_grain, lifecycle.period_grain) as period_grain,
    coalesce(facts.period_start, lifecycle.period_start) as period_start,
    coalesce(facts.segment, lifecycle.segment) as segment,
    coalesce(facts.segment_value, lifecycle.segment_value) as segment_value
    {%- for column in same + derived %},
    facts.{{ column }},
    lifecycle.{{ column }} as {{ column }}_in_lifecycle
    {%- endfor %}
from {{ model }} as facts
full outer join lifecycle
    on
        facts.business_id = lifecycle.business_id
        and facts.period_grain = lifecycle.period_grain
        and facts.period_start = lifecycle.period_start
        and facts.segment = lifecycle.segment
        and facts.segment_value = lifecycle.segment_value
where (
    facts.period_end = lifecycle.period_end
    and facts.is_complete = lifecycle.is_complete
    and facts.is_warm = lifecycle.is_warm
    {%- for column in same + derived %}
    and facts.{{ column }} is not distinct from lifecycle.{{ column }}
    {%- endfor %}
) is not true
{% endtest %}
