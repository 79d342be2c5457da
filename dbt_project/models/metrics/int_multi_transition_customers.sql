-- Customers with more than one transition in a period, one row each: the state before their first transition is their opening state.
{%- for grain in period_grains() %}
select
    '{{ grain }}' as period_grain,
    {{ period_start(grain, 'transition_date') }} as period_start,
    customer_key,
    sign,
    min(segment_key) as segment_key,
    {{ value_at_min('from_state', 'transition_date') }} as opening_state,
    {{ value_at_max('to_state', 'transition_date') }} as closing_state,
    {{ value_at_min('transition', 'transition_date') }} as first_transition,
    min(case when transition = 'won_back' then transition_date end) as first_won_back_on,
    min(case when transition in ('reactivated', 'won_back') then transition_date end) as first_returned_on,
    max(case when transition = 'acquired' then 1 else 0 end) = 1 as is_acquired,
    max(case when transition = 'bounced' then 1 else 0 end) = 1 as is_bounced
from {{ ref('int_transition_deltas') }}
where not is_only_transition_in_{{ grain }}
group by 1, 2, 3, 4
{{ 'union all' if not loop.last }}
{%- endfor %}
