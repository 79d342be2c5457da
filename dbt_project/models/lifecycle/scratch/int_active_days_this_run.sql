-- The days that act on a customer's state. Without recursion: within the stretch after a purchase, everything after the
-- first cancellation or the first gap of more than F days is void, for nothing but a purchase brings a former customer back.
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

-- Until the first purchase a person is a prospect.
first_purchases as (
    select customer_key, min(event_date) as first_purchased_on
    from days
    where has_purchase
    group by customer_key
),

bought as (
    select days.*, coalesce(days.event_date >= first_purchases.first_purchased_on, false) as has_bought
    from days
    left join first_purchases on days.customer_key = first_purchases.customer_key
),

-- Interest acts on a prospect; purchases, engagement and cancellations act on who has bought.
acting as (
    select *
    from bought
    where
        (not has_bought and has_interest)
        or (has_bought and (has_purchase or has_engagement or is_cancelled))
),

-- Few businesses say what a purchase is paid until, so this is worked out for their customers alone.
paid as (
    select distinct customer_key
    from days
    where covered_until is not null
),

-- A period paid for counts up to the next exit: days with as many exits before them share what is paid for.
exits_counted as (
    select
        customer_key,
        event_date,
        covered_until,
        sum(case when has_exit then 1 else 0 end) over (partition by customer_key order by event_date rows unbounded preceding) as exits_so_far
    from acting
    where customer_key in (select paid.customer_key from paid)
),

-- The latest date that is paid for by then.
covered as (
    select
        customer_key,
        event_date,
        max(covered_until) over (partition by customer_key, exits_so_far order by event_date rows unbounded preceding) as covered_until
    from exits_counted
),

-- Until when a day keeps its customer active: the clocks of silence start there.
lasting as (
    select
        acting.customer_key,
        acting.event_date,
        acting.has_purchase,
        acting.former_after_days,
        acting.has_bought,
        acting.has_bought and acting.is_cancelled as is_cancelled,
        greatest(acting.event_date, coalesce(covered.covered_until, acting.event_date)) as active_until
    from acting
    left join covered on acting.customer_key = covered.customer_key and acting.event_date = covered.event_date
),

-- Each day beside the one before it, in the stretch that the last purchase began.
followed as (
    select
        *,
        lag(active_until) over (partition by customer_key order by event_date) as previous_active_until,
        lag(is_cancelled) over (partition by customer_key order by event_date) as previous_is_cancelled,
        max(case when has_purchase then event_date end)
            over (partition by customer_key order by event_date rows unbounded preceding) as last_purchased_on
    from lasting
),

-- Where a stretch breaks: from there its customer is former, and all is void until the next purchase. Few do: to find and join them costs
-- less than to carry them through another sort. With F of 30 days:
--   1 January   purchase     stretch of 1 January
--   20 January  engagement   stretch of 1 January   19 days after the day before: it acts
--   1 March     engagement   stretch of 1 January   40 days, more than F: the stretch breaks here, and this day is void
--   5 March     engagement   stretch of 1 January   4 days, but after the break: void too
--   9 March     purchase     stretch of 9 March     it acts
broken as (
    select customer_key, last_purchased_on, min(event_date) as broken_on
    from followed
    where
        has_bought
        and not has_purchase
        and (previous_is_cancelled or {{ days_between('previous_active_until', 'event_date') }} > former_after_days)
    group by customer_key, last_purchased_on
)

select
    followed.customer_key,
    followed.event_date,
    followed.active_until,
    followed.has_bought,
    followed.is_cancelled
from followed
left join broken
    on followed.customer_key = broken.customer_key and followed.last_purchased_on = broken.last_purchased_on
where broken.broken_on is null or followed.event_date < broken.broken_on
