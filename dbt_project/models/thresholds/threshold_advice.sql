with survival as (
    select business_id, t, follow_up, survival
    from {{ ref('int_gap_survival') }}
),

-- The headline as it would have been with F = days.
tried as (
    select
        thresholds.business_id,
        thresholds.days,
        sum(pools.customers) as pool,
        sum(pools.returned) as returned
    from {{ ref('int_thresholds') }} as thresholds
    inner join {{ ref('int_threshold_periods') }} as periods on thresholds.business_id = periods.business_id
    left join {{ ref('int_threshold_pools') }} as pools
        on
            thresholds.business_id = pools.business_id
            and (pools.is_cancelled or pools.silent_days >= thresholds.days)
    group by thresholds.business_id, thresholds.days
)

select
    thresholds.business_id,
    cast(thresholds.days as integer) as days,
    thresholds.is_current_d,
    thresholds.is_current_f,
    case when thresholds.days <= silent.follow_up then silent.survival end as silent_share,
    case when thresholds.days + {{ false_alarm_window_days() }} <= silent.follow_up then {{ returned_between('silent.survival', 'later.survival') }} end as false_alarm_rate,
    periods.period_start,
    periods.period_end,
    case when periods.business_id is not null then cast(coalesce(tried.pool, 0) as bigint) end as pool,
    case when periods.business_id is not null then cast(coalesce(tried.returned, 0) as bigint) end as returned,
    {{ share_with_interval('win_back_rate', 'tried.returned', 'tried.pool') }}
from {{ ref('int_thresholds') }} as thresholds
left join survival as silent on thresholds.business_id = silent.business_id and thresholds.days = silent.t
left join survival as later on thresholds.business_id = later.business_id and thresholds.days + {{ false_alarm_window_days() }} = later.t
left join {{ ref('int_threshold_periods') }} as periods on thresholds.business_id = periods.business_id
left join tried on thresholds.business_id = tried.business_id and thresholds.days = tried.days
