-- What a run adds to the counts of each period. Transitions are additive in every grain. Distinct customers are counted by their opening state:
-- those with one transition in the period, and those with more.
with moves as (
    {%- for grain in period_grains() %}
    select
        '{{ grain }}' as period_grain,
        {{ period_start(grain, 'by_day.transition_date') }} as period_start,
        by_day.is_only_transition_in_{{ grain }} as is_only_transition,
        by_day.*
    from {{ ref('int_daily_transition_deltas') }} as by_day
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

flows as (
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
    from moves
    group by segment_key, period_grain, period_start
),

movers as (
    select
        segment_key,
        period_grain,
        period_start,
        from_state as opening_state,
        to_state in ('active', 'dormant') as is_current_at_close,
        to_state = 'active' as is_active_at_close,
        transition as first_transition,
        transition = 'won_back' as is_won_back,
        transition in ('reactivated', 'won_back') as is_returned,
        transition = 'acquired' as is_acquired,
        transition = 'bounced' as is_bounced,
        customers
    from moves
    where is_only_transition
    union all
    select
        segment_key,
        period_grain,
        period_start,
        opening_state,
        closing_state in ('active', 'dormant') as is_current_at_close,
        closing_state = 'active' as is_active_at_close,
        first_transition,
        first_won_back_on is not null as is_won_back,
        first_returned_on is not null as is_returned,
        is_acquired,
        is_bounced,
        sign as customers
    from {{ ref('int_multi_transition_customers') }}
),

counted_movers as (
    select
        segment_key,
        period_grain,
        period_start,
        sum(case when opening_state = 'former' and first_transition = 'won_back' then customers else 0 end) as former_returned,
        sum(case when opening_state = 'former' and first_transition = 'recovered' then customers else 0 end) as former_recovered,
        sum(case when opening_state = 'dormant' and is_returned then customers else 0 end) as dormant_returned,
        sum(case
            when opening_state in ('prospect', 'dormant_prospect') and (is_acquired or is_won_back) then customers
            else 0
        end) as prospects_converted,
        sum(case when opening_state = 'former' and is_current_at_close then customers else 0 end) as returned_at_close,
        sum(case when (is_acquired or is_bounced) and not is_current_at_close then customers else 0 end) as new_lost_at_close,
        sum(case when opening_state <> 'former' and is_won_back then customers else 0 end) as intra_period_win_backs,
        sum(case when opening_state in ('active', 'dormant') and not is_current_at_close then customers else 0 end) as current_lost_at_close,
        sum(case when opening_state = 'active' and not is_active_at_close then customers else 0 end) as active_lost_at_close
    from movers
    group by segment_key, period_grain, period_start
)

select
    flows.*
    {%- for count in mover_counts() %},
    coalesce(counted_movers.{{ count }}, 0) as {{ count }}
    {%- endfor %}
from flows
left join counted_movers
    on
        flows.segment_key = counted_movers.segment_key
        and flows.period_grain = counted_movers.period_grain
        and flows.period_start = counted_movers.period_start
