-- Transitions add up: counted once a day and segment key, then in every grain. A weight of -1 takes back what was counted before.
with by_day as (
    select
        segments.business_id,
        segments.segment_key,
        transitions.transition_date,
        transitions.transition,
        transitions.from_state,
        transitions.to_state,
        sum(transitions.weight) as customers,
        sum(transitions.weight * {{ days_between("date '1970-01-01'", 'transitions.first_bought_on') }}) as first_bought_days
    from {{ ref('int_counted_transitions') }} as transitions
    inner join {{ ref('int_counted_segments') }} as segments
        on transitions.customer_key = segments.customer_key and transitions.weight = segments.weight
    group by 1, 2, 3, 4, 5, 6
),

flows as (
    {%- for grain in period_grains() %}
    select '{{ grain }}' as period_grain, {{ period_start(grain, 'transition_date') }} as period_start, by_day.*
    from by_day
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    business_id,
    segment_key,
    period_grain,
    period_start,
    {%- for name, from_states in transitions().items() %}
    sum(case when transition = '{{ name }}' then customers else 0 end) as {{ name }},
    {%- for state in from_states if from_states | length > 1 %}
    sum(case when transition = '{{ name }}' and from_state = '{{ state }}' then customers else 0 end) as {{ name }}_from_{{ state }},
    {%- endfor %}
    {%- endfor %}
    {%- for state in lifecycle_states() %}
    sum(case when to_state = '{{ state }}' then customers when from_state = '{{ state }}' then -customers else 0 end) as net_{{ state }},
    {%- endfor %}
    sum(case
        when to_state in ('active', 'dormant') and from_state not in ('active', 'dormant') then first_bought_days
        when from_state in ('active', 'dormant') and to_state not in ('active', 'dormant') then -first_bought_days
        else 0
    end) as net_first_bought_days
from flows
group by 1, 2, 3, 4
