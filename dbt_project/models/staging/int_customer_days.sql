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
)

-- At one instant a cancellation comes before the purchase, so only a later one is in force at the close.
select
    customer_key,
    event_date,
    has_interest,
    last_purchased_at is not null as has_purchase,
    has_engagement,
    last_purchased_at,
    last_cancelled_at is not null and (last_purchased_at is null or last_cancelled_at > last_purchased_at) as is_cancelled,
    cast(revenue as decimal(18, 4)) as revenue
from days
