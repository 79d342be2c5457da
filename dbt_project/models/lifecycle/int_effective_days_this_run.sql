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
        customers.former_after_days,
        count(case when days.has_purchase then 1 end) over (
            partition by days.customer_key order by days.event_date rows unbounded preceding
        ) as purchase_days
    from {{ ref('int_customer_days') }} as days
    inner join {{ ref('int_customers_this_run') }} as customers on days.customer_key = customers.customer_key
),

relevant as (
    select
        customer_key,
        event_date,
        has_purchase,
        purchase_days,
        former_after_days,
        purchase_days > 0 as has_bought,
        purchase_days > 0 and is_cancelled as is_cancelled
    from days
    where
        (purchase_days = 0 and has_interest)
        or (purchase_days > 0 and (has_purchase or has_engagement or is_cancelled))
),

followed as (
    select
        *,
        lag(event_date) over (partition by customer_key order by event_date) as previous_date,
        lag(is_cancelled) over (partition by customer_key order by event_date) as previous_is_cancelled
    from relevant
),

broken as (
    select
        *,
        count(
            case
                when not has_bought or has_purchase then null
                when previous_is_cancelled or {{ days_between('previous_date', 'event_date') }} > former_after_days then 1
            end
        ) over (partition by customer_key, purchase_days order by event_date rows unbounded preceding) as breaks
    from followed
)

select customer_key, event_date, has_bought, is_cancelled
from broken
where breaks = 0
