-- How long customers are silent between two purchases: the Kaplan-Meier curve over all gaps, with each customer's last gap observed until the as-of
-- date or until they cancelled.
with gaps as (
    select
        gaps.business_id,
        gaps.purchased_on,
        case when gaps.next_purchased_on <= {{ as_of_date() }} then gaps.next_purchased_on end as bought_again_on,
        case when gaps.cancelled_on <= {{ as_of_date() }} then gaps.cancelled_on else {{ as_of_date() }} end as silent_until
    from {{ ref('int_purchase_gaps') }} as gaps
    where gaps.purchased_on <= {{ as_of_date() }}
),

gap_lengths as (
    select
        business_id,
        {{ days_between('purchased_on', 'coalesce(bought_again_on, silent_until)') }} as t,
        count(*) as gaps,
        count(bought_again_on) as bought_again
    from gaps
    group by 1, 2
),

observations as (
    select business_id, 0 as t, gaps as entries, 0 as returns, 0 as departures
    from gap_lengths
    union all
    select business_id, t, 0, bought_again, gaps
    from gap_lengths
    union all
    select business_id, days, 0, 0, 0
    from {{ ref('int_thresholds') }}
    union all
    select business_id, days + {{ false_alarm_window_days() }}, 0, 0, 0
    from {{ ref('int_thresholds') }}
)

{{ kaplan_meier('observations', ['business_id']) }}
