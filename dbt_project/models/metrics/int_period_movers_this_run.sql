-- Distinct customers, by the state in which they opened the period: those with one transition in it, and those with more.
with movers as (
    {%- for grain in period_grains() %}
    select
        segment_key,
        '{{ grain }}' as period_grain,
        {{ period_start(grain, 'transition_date') }} as period_start,
        from_state as opening_state,
        to_state as closing_state,
        transition as first_transition,
        transition = 'won_back' as is_won_back,
        transition in ('reactivated', 'won_back') as is_returned,
        transition = 'acquired' as is_acquired,
        transition = 'bounced' as is_bounced,
        customers
    from {{ ref('int_moves_by_day') }}
    where is_alone_in_{{ grain }}
    union all
    {%- endfor %}
    select
        segment_key,
        period_grain,
        period_start,
        opening_state,
        closing_state,
        first_transition,
        first_won_back_on is not null,
        first_returned_on is not null,
        is_acquired,
        is_bounced,
        sum(sign)
    from {{ ref('int_repeat_movers') }}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
),

customers as (
    select
        *,
        opening_state in ('active', 'dormant') as is_current_at_open,
        closing_state in ('active', 'dormant') as is_current_at_close
    from movers
)

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
    sum(case when is_current_at_open and not is_current_at_close then customers else 0 end) as current_lost_at_close,
    sum(case when opening_state = 'active' and closing_state <> 'active' then customers else 0 end) as active_lost_at_close
from customers
group by segment_key, period_grain, period_start
