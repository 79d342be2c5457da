-- All that a date can mean for a customer's state and revenue, whatever the number of events behind it.
{{ replaces_rows_of('int_touched_customers', ['customer_key'], once='int_customer_days_before') }}
with events as (
    select * from {{ ref('int_events_this_run') }}
),

days as (
    select
        customer_key,
        event_date,
        max(case when kind = 'interest' then 1 else 0 end) = 1 as has_interest,
        max(case when kind = 'engagement' then 1 else 0 end) = 1 as has_engagement,
        max(case when kind = 'purchase' then occurred_at end) as last_purchased_at,
        max(case when kind = 'cancellation' then occurred_at end) as last_cancelled_at,
        sum(case kind when 'purchase' then amount when 'refund' then -amount else 0 end) as revenue
    from events
    group by customer_key, event_date
),

-- Taken off here, where days are few, and not from each event.
dropped as (
    select customer_key, event_date, sum(revenue) as revenue
    from {{ ref('int_dropped_amounts') }}
    group by customer_key, event_date
)

-- At one instant a cancellation comes before the purchase, so only a later one is in force at the close.
select
    days.customer_key,
    days.event_date,
    days.has_interest,
    days.last_purchased_at is not null as has_purchase,
    days.has_engagement,
    days.last_purchased_at,
    days.last_cancelled_at is not null and (days.last_purchased_at is null or days.last_cancelled_at > days.last_purchased_at) as is_cancelled,
    cast(days.revenue - coalesce(dropped.revenue, 0) as decimal(18, 4)) as revenue
from days
left join dropped on days.customer_key = dropped.customer_key and days.event_date = dropped.event_date
