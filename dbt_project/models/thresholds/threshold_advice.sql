with survival as (
    select business_id, t, follow_up, survival
    from {{ ref('int_gap_survival') }}
),

-- The latest complete and warm year, else the latest such quarter, else the latest complete quarter.
periods as (
    select business_id, period_start, period_end
    from (
        select
            *,
            row_number() over (
                partition by business_id
                order by case when period_grain = 'year' then 0 when is_warm then 1 else 2 end, period_start desc
            ) as row_num
        from {{ ref('int_periods') }}
        where is_complete and ((period_grain = 'year' and is_warm) or period_grain = 'quarter')
    ) as candidates
    where row_num = 1
),

bought_in_period as (
    select distinct gaps.customer_key
    from {{ ref('int_purchase_gaps') }} as gaps
    inner join periods
        on
            gaps.business_id = periods.business_id
            and gaps.purchased_on >= periods.period_start
            and gaps.purchased_on <= periods.period_end
    where gaps.cancelled_on is null or gaps.cancelled_on > gaps.purchased_on
),

-- The status of each buyer when the period opened, based only on purchases and cancellations.
pools as (
    select
        gaps.business_id,
        {{ days_between('gaps.purchased_on', 'periods.period_start') }} - 1 as silent_days,
        coalesce(gaps.cancelled_on < periods.period_start, false) as is_cancelled,
        count(*) as customers,
        count(bought_in_period.customer_key) as returned
    from {{ ref('int_purchase_gaps') }} as gaps
    inner join periods
        on
            gaps.business_id = periods.business_id
            and gaps.purchased_on < periods.period_start
            and (gaps.next_purchased_on is null or gaps.next_purchased_on >= periods.period_start)
    left join bought_in_period on gaps.customer_key = bought_in_period.customer_key
    group by 1, 2, 3
),

-- The headline win-back rate, as it would have been with F = days.
trials as (
    select
        thresholds.business_id,
        thresholds.days,
        sum(pools.customers) as pool,
        sum(pools.returned) as returned
    from {{ ref('int_thresholds') }} as thresholds
    inner join pools
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
    case
        when thresholds.days + {{ false_alarm_window_days() }} <= silent.follow_up then {{ returned_between('silent.survival', 'later.survival') }}
    end as false_alarm_rate,
    periods.period_start,
    periods.period_end,
    case when periods.business_id is not null then cast(coalesce(trials.pool, 0) as bigint) end as pool,
    case when periods.business_id is not null then cast(coalesce(trials.returned, 0) as bigint) end as returned,
    {{ share_with_interval('win_back_rate', 'trials.returned', 'trials.pool') }}
from {{ ref('int_thresholds') }} as thresholds
left join survival as silent on thresholds.business_id = silent.business_id and thresholds.days = silent.t
left join survival as later on thresholds.business_id = later.business_id and thresholds.days + {{ false_alarm_window_days() }} = later.t
left join periods on thresholds.business_id = periods.business_id
left join trials on thresholds.business_id = trials.business_id and thresholds.days = trials.days
