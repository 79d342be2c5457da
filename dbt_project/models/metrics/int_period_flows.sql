-- Transitions add up: counted once a day and segment, then in every grain.
with transitions as (
    select transitions.*
    from {{ ref('int_transitions') }} as transitions
    cross join {{ ref('int_as_of_date') }} as as_of
    where transitions.transition_date <= as_of.as_of_date
),

by_key as (
    select
        segments.business_id,
        segments.segment_key,
        transitions.transition_date,
        transitions.transition,
        transitions.from_state,
        transitions.to_state,
        count(*) as customers,
        sum({{ days_between("date '1970-01-01'", 'transitions.first_bought_on') }}) as first_bought_days
    from transitions
    inner join {{ ref('int_customer_segments') }} as segments on transitions.customer_key = segments.customer_key
    group by 1, 2, 3, 4, 5, 6
),

by_day as (
    select
        by_key.business_id,
        segment_values.segment,
        segment_values.segment_value,
        by_key.transition_date,
        by_key.transition,
        by_key.from_state,
        by_key.to_state,
        sum(by_key.customers) as customers,
        sum(by_key.first_bought_days) as first_bought_days
    from by_key
    inner join {{ ref('int_segment_values') }} as segment_values
        on by_key.business_id = segment_values.business_id and by_key.segment_key = segment_values.segment_key
    group by 1, 2, 3, 4, 5, 6, 7
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
    period_grain,
    period_start,
    segment,
    segment_value,
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
group by 1, 2, 3, 4, 5
