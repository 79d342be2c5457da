with exits as (
    select
        business_id,
        period_grain,
        period_start,
        segment,
        segment_value,
        sum(exits) as exits,
        sum(exits_won_back) as exits_won_back,
        max(last_exited_on) as last_exited_on
    from {{ ref('int_period_exits') }}
    group by business_id, period_grain, period_start, segment, segment_value
),

period_counts as (
    select
        periods.*,
        cast(coalesce(exits.exits, 0) as bigint) as exits,
        cast(coalesce(exits.exits_won_back, 0) as bigint) as exits_won_back,
        {{ exits_are_final('periods.is_complete', 'exits.last_exited_on') }} as exits_are_final,
        coalesce(targets.targeted, 0) as targeted,
        coalesce(targets.targeted_won_back, 0) as targeted_won_back,
        targets.last_window_ends_on <= {{ as_of_date() }} as targets_are_final
    from {{ ref('int_period_facts') }} as periods
    left join exits on {{ same_period('periods', 'exits') }}
    left join {{ ref('int_period_targets') }} as targets on {{ same_period('periods', 'targets') }}
)

-- Three versions of the win-back rate: of customers former at the open, of the period's exits, and of customers whom a campaign contacted.
select
    {{ period_keys() }},
    opening_former,
    former_recovered,
    former_returned,
    {{ share_with_interval('win_back_rate', 'former_returned', lost_former()) }},
    exits,
    exits_won_back,
    {{ share_once_final('exit_win_back_rate', 'exits_won_back', 'exits', 'exits_are_final') }},
    targeted,
    targeted_won_back,
    {{ share_once_final('targeted_win_back_rate', 'targeted_won_back', 'targeted', 'targets_are_final') }},
    intra_period_win_backs,
    recovered,
    won_back_revenue
from period_counts
