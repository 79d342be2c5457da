-- The days that act on a customer's state. Needs no recursion: in the stretch after a purchase, everything after the first cancellation or the
-- first gap of more than F days is void, because only a purchase brings a former customer back.
with days as (
    select
        days.customer_key,
        days.event_date,
        days.has_interest,
        days.has_purchase,
        days.has_engagement,
        days.has_exit,
        days.is_cancelled,
        days.covered_until,
        customers.former_after_days
    from {{ ref('int_customer_days') }} as days
    inner join {{ ref('int_affected_customers') }} as customers on days.customer_key = customers.customer_key
),

-- A person is a prospect until the first purchase.
first_purchases as (
    select customer_key, min(event_date) as first_purchased_on
    from days
    where has_purchase
    group by customer_key
),

customer_days as (
    select days.*, coalesce(days.event_date >= first_purchases.first_purchased_on, false) as has_bought
    from days
    left join first_purchases on days.customer_key = first_purchases.customer_key
),

-- Interest acts on a prospect; purchases, engagement and cancellations act on a customer who has bought.
acting_days as (
    select *
    from customer_days
    where
        (not has_bought and has_interest)
        or (has_bought and (has_purchase or has_engagement or is_cancelled))
),

-- Few businesses record until when a purchase is paid for, so this is computed only for their customers.
paid_customers as (
    select distinct customer_key
    from days
    where covered_until is not null
),

-- A paid period ends at the next exit: days with the same number of exits so far share their paid periods.
days_with_exits as (
    select
        customer_key,
        event_date,
        covered_until,
        sum(case when has_exit then 1 else 0 end) over (partition by customer_key order by event_date rows unbounded preceding) as exits_so_far
    from acting_days
    where customer_key in (select paid_customers.customer_key from paid_customers)
),

-- The latest date that is paid for so far.
days_with_cover as (
    select
        customer_key,
        event_date,
        max(covered_until) over (partition by customer_key, exits_so_far order by event_date rows unbounded preceding) as covered_until
    from days_with_exits
),

-- The date until which a day keeps its customer active; the days of silence are counted from there.
days_with_active_until as (
    select
        acting_days.customer_key,
        acting_days.event_date,
        acting_days.has_purchase,
        acting_days.former_after_days,
        acting_days.has_bought,
        acting_days.has_bought and acting_days.is_cancelled as is_cancelled,
        greatest(acting_days.event_date, coalesce(days_with_cover.covered_until, acting_days.event_date)) as active_until
    from acting_days
    left join days_with_cover on acting_days.customer_key = days_with_cover.customer_key and acting_days.event_date = days_with_cover.event_date
),

-- Each day with the previous day, in the stretch that the last purchase began.
days_with_previous as (
    select
        *,
        lag(active_until) over (partition by customer_key order by event_date) as previous_active_until,
        lag(is_cancelled) over (partition by customer_key order by event_date) as previous_is_cancelled,
        max(case when has_purchase then event_date end)
            over (partition by customer_key order by event_date rows unbounded preceding) as last_purchased_on
    from days_with_active_until
),

-- The date on which a stretch breaks: from there its customer is former, and all days are void until the next purchase. Few stretches break, so
-- finding and joining them costs less than carrying them through another sort. With F of 30 days:
--   1 January   purchase     stretch of 1 January
--   20 January  engagement   stretch of 1 January   19 days after the previous day: it acts
--   1 March     engagement   stretch of 1 January   40 days, more than F: the stretch breaks here, and this day is void
--   5 March     engagement   stretch of 1 January   4 days, but after the break: also void
--   9 March     purchase     stretch of 9 March     it acts
breaks as (
    select customer_key, last_purchased_on, min(event_date) as broken_on
    from days_with_previous
    where
        has_bought
        and not has_purchase
        and (previous_is_cancelled or {{ days_between('previous_active_until', 'event_date') }} > former_after_days)
    group by customer_key, last_purchased_on
)

select
    days_with_previous.customer_key,
    days_with_previous.event_date,
    days_with_previous.active_until,
    days_with_previous.has_bought,
    days_with_previous.is_cancelled
from days_with_previous
left join breaks
    on days_with_previous.customer_key = breaks.customer_key and days_with_previous.last_purchased_on = breaks.last_purchased_on
where breaks.broken_on is null or days_with_previous.event_date < breaks.broken_on
