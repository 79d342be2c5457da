{# The day rows count each row of lifecycle_transitions once: on its date, under its name and under its previous state. #}
{% test counts_every_transition(model) %}
with grouped as (
    select business_id, transition_date, transition, coalesce(from_state, 'unknown') as from_state, count(*) as transitions
    from {{ ref('lifecycle_transitions') }}
    group by 1, 2, 3, 4
),

counted as (
    select
        business_id,
        transition_date
        {%- for name, from_states in transitions().items() %},
        sum(case when transition = '{{ name }}' then transitions else 0 end) as {{ name }}
        {%- for state in from_states if from_states | length > 1 %},
        sum(case when transition = '{{ name }}' and from_state = '{{ state }}' then transitions else 0 end) as {{ name }}_from_{{ state }}
        {%- endfor %}
        {%- endfor %}
    from grouped
    group by business_id, transition_date
),

facts as (
    select *
    from {{ model }}
    where period_grain = 'day' and segment = 'all'
)

select
    coalesce(facts.business_id, counted.business_id) as business_id,
    coalesce(facts.period_start, counted.transition_date) as transition_date
    {%- for column in transition_counts() %},
    facts.{{ column }},
    counted.{{ column }} as {{ column }}_counted
    {%- endfor %}
from facts
full outer join counted
    on facts.business_id = counted.business_id and facts.period_start = counted.transition_date
where (
    {%- for column in transition_counts() %}
    facts.{{ column }} = coalesce(counted.{{ column }}, 0){{ ' and' if not loop.last }}
    {%- endfor %}
) is not true
{% endtest %}
