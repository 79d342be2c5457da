{# The returns of each month equal the transitions that the period facts count in it. #}
{% test returns_tie_to_periods(model) %}
with counted as (
    select
        business_id,
        {{ period_start('month', 'returned_on') }} as period_start
        {%- for type in ['won_back', 'reactivated', 'recovered', 'acquired'] %},
        sum(case when return_type = '{{ type }}' then 1 else 0 end) as {{ type }}
        {%- endfor %}
    from {{ model }}
    group by 1, 2
),

facts as (
    select business_id, period_start, won_back, reactivated, recovered, acquired - acquired_from_unknown as acquired
    from {{ ref('fct_lifecycle') }}
    where period_grain = 'month' and segment = 'all'
)

select
    coalesce(facts.business_id, counted.business_id) as business_id,
    coalesce(facts.period_start, counted.period_start) as period_start
from facts
full outer join counted on facts.business_id = counted.business_id and facts.period_start = counted.period_start
where (
    facts.business_id is not null
    {%- for type in ['won_back', 'reactivated', 'recovered', 'acquired'] %}
    and facts.{{ type }} = coalesce(counted.{{ type }}, 0)
    {%- endfor %}
) is not true
{% endtest %}
