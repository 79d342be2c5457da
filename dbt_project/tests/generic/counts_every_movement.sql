{# The day rows add up each row of recurring_revenue_movements once: on its date and under its name. #}
{% test counts_every_movement(model) %}
{%- set movements = mrr_gains() + mrr_losses() -%}
with added as (
    select
        business_id,
        moved_on
        {%- for movement in movements %},
        sum(case when movement = '{{ movement }}' then abs(mrr_change) else 0 end) as {{ movement }}_mrr
        {%- endfor %}
    from {{ ref('recurring_revenue_movements') }}
    group by business_id, moved_on
),

facts as (
    select *
    from {{ model }}
    where period_grain = 'day' and segment = 'all'
)

select
    coalesce(facts.business_id, added.business_id) as business_id,
    coalesce(facts.period_start, added.moved_on) as moved_on
from facts
full outer join added on facts.business_id = added.business_id and facts.period_start = added.moved_on
where (
    {%- for movement in movements %}
    facts.{{ movement }}_mrr = coalesce(added.{{ movement }}_mrr, 0){{ ' and' if not loop.last }}
    {%- endfor %}
) is not true
{% endtest %}
