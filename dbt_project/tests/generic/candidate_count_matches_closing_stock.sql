{# The number of candidates equals the number of customers in these states at the as-of date: the closing stocks of the period facts. #}
{% test candidate_count_matches_closing_stock(model, states) %}
with stock as (
    select facts.business_id{% for state in states %}, facts.closing_{{ state }} as {{ state }}{% endfor %}
    from {{ ref('fct_lifecycle') }} as facts
    inner join {{ ref('dim_business') }} as businesses
        on facts.business_id = businesses.business_id and facts.period_start = businesses.as_of_date
    where facts.period_grain = 'day' and facts.segment = 'all'
),

candidates as (
    select business_id{% for state in states %}, sum(case when from_state = '{{ state }}' then 1 else 0 end) as {{ state }}{% endfor %}, count(*) as candidates
    from {{ model }}
    group by business_id
)

select coalesce(stock.business_id, candidates.business_id) as business_id
from stock
full outer join candidates on stock.business_id = candidates.business_id
where (
    stock.business_id is not null
    {%- for state in states %}
    and stock.{{ state }} = coalesce(candidates.{{ state }}, 0)
    {%- endfor %}
    and coalesce(candidates.candidates, 0) = {% for state in states %}stock.{{ state }}{{ ' + ' if not loop.last }}{% endfor %}
) is not true
{% endtest %}
