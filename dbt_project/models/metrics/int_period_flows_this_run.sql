-- Transitions add up in every grain.
with flows as (
    {%- for grain in period_grains() %}
    select '{{ grain }}' as period_grain, {{ period_start(grain, 'transition_date') }} as period_start, moves.*
    from {{ ref('int_moves_by_day') }} as moves
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
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
group by 1, 2, 3
