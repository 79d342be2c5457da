-- Where each buyer stood when the period opened, by purchases and cancellations alone, and whether they bought in it.
with returned as (
    select distinct gaps.customer_key
    from {{ ref('int_purchase_gaps') }} as gaps
    inner join {{ ref('int_threshold_periods') }} as periods
        on
            gaps.business_id = periods.business_id
            and gaps.purchased_on >= periods.period_start
            and gaps.purchased_on <= periods.period_end
    where gaps.cancelled_on is null or gaps.cancelled_on > gaps.purchased_on
)

select
    gaps.business_id,
    {{ days_between('gaps.purchased_on', 'periods.period_start') }} - 1 as silent_days,
    coalesce(gaps.cancelled_on < periods.period_start, false) as is_cancelled,
    count(*) as customers,
    count(returned.customer_key) as returned
from {{ ref('int_purchase_gaps') }} as gaps
inner join {{ ref('int_threshold_periods') }} as periods
    on
        gaps.business_id = periods.business_id
        and gaps.purchased_on < periods.period_start
        and (gaps.next_purchased_on is null or gaps.next_purchased_on >= periods.period_start)
left join returned on gaps.customer_key = returned.customer_key
group by 1, 2, 3
