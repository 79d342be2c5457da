{# The exits of a period by reason add up to those of fct_win_back. #}
{% test reasons_add_up(model) %}
with added as (
    select business_id, period_grain, period_start, segment, segment_value, sum(exits) as exits, sum(exits_won_back) as exits_won_back, sum(share_of_exits) as share_of_exits
    from {{ model }}
    group by business_id, period_grain, period_start, segment, segment_value
)

select facts.business_id, facts.period_grain, facts.period_start, facts.segment, facts.segment_value
from {{ ref('fct_win_back') }} as facts
full outer join added on {{ same_period('facts', 'added') }}
where (
    facts.exits = coalesce(added.exits, 0)
    and facts.exits_won_back = coalesce(added.exits_won_back, 0)
    and abs(coalesce(added.share_of_exits, 1) - 1) <= 1e-9
) is not true
{% endtest %}
