-- The customers counted in this run who moved in a period, once each: the state before their first transition is the one they opened in.
-- Whoever is missing here stayed where they were.
{{ config(materialized='view') }}
{%- for grain in period_grains() %}
select
    '{{ grain }}' as period_grain,
    {{ period_start(grain, 'transitions.transition_date') }} as period_start,
    transitions.customer_key,
    transitions.weight,
    {{ first_by('transitions.from_state', 'transitions.transition_date') }} as opening_state,
    {{ last_by('transitions.to_state', 'transitions.transition_date') }} as closing_state,
    min(case when transitions.transition = 'won_back' then transitions.transition_date end) as first_won_back_on,
    min(case when transitions.transition in ('reactivated', 'won_back') then transitions.transition_date end) as first_returned_on,
    min(case when transitions.transition in ('lapsed', 'churned') then transitions.transition_date end) as first_left_on,
    max(case when transitions.transition = 'acquired' then 1 else 0 end) = 1 as is_acquired,
    max(case when transitions.transition = 'bounced' then 1 else 0 end) = 1 as is_bounced
from {{ ref('int_counted_transitions') }} as transitions
group by 1, 2, 3, 4
{{ 'union all' if not loop.last }}
{%- endfor %}
