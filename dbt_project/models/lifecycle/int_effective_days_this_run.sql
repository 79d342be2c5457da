-- The days that act on a customer's state. Without recursion: within the stretch after a purchase, everything after the
-- first cancellation or the first gap of more than F days is void, for nothing but a purchase brings a former customer back.
with days as (
    select
        days.customer_key,
        days.event_date,
        days.has_interest,
        days.has_purchase,
        days.has_engagement,
        days.is_cancelled,
        customers.former_after_days
    from {{ ref('int_customer_days') }} as days
    inner join {{ ref('int_customers_this_run') }} as customers on days.customer_key = customers.customer_key
),

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

followed as (
    select
        customer_key,
        event_date,
        has_purchase,
        former_after_days,
        has_bought,
        has_bought and is_cancelled as is_cancelled,
        lag(event_date) over (partition by customer_key order by event_date) as previous_date,
        lag(has_bought and is_cancelled) over (partition by customer_key order by event_date) as previous_is_cancelled,
        max(case when has_purchase then event_date end)
            over (partition by customer_key order by event_date rows unbounded preceding) as last_purchased_on
    from bought
    where
        (not has_bought and has_interest)
        or (has_bought and (has_purchase or has_engagement or is_cancelled))
),

-- Stretches in which something is void: few, and cheaper found and joined than carried through another sort.
broken as (
    select customer_key, last_purchased_on, min(event_date) as broken_on
    from followed
    where
        has_bought
        and not has_purchase
        and (previous_is_cancelled or {{ days_between('previous_date', 'event_date') }} > former_after_days)
    group by customer_key, last_purchased_on
)

select
    followed.customer_key,
    followed.event_date,
    followed.has_bought,
    followed.is_cancelled
from followed
left join broken
    on followed.customer_key = broken.customer_key and followed.last_purchased_on = broken.last_purchased_on
where broken.broken_on is null or followed.event_date < broken.broken_on
