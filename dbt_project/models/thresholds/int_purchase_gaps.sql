-- The gap from each purchase date to the next, and the date of a cancellation in between. Does not depend on the as-of date.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key') }}
with days as (
    select
        customer_key,
        event_date,
        has_purchase,
        is_cancelled,
        count(case when has_purchase then 1 end) over (partition by customer_key order by event_date rows unbounded preceding) as purchases
    from {{ ref('int_customer_days') }}
    where (has_purchase or is_cancelled) and {{ is_affected('customer_key') }}
),

gaps as (
    select
        customer_key,
        purchases,
        min(case when has_purchase then event_date end) as purchased_on,
        min(case when is_cancelled then event_date end) as cancelled_on
    from days
    where purchases > 0
    group by customer_key, purchases
)

select
    gaps.customer_key,
    customers.business_id,
    gaps.purchased_on,
    gaps.cancelled_on,
    lead(gaps.purchased_on) over (partition by gaps.customer_key order by gaps.purchased_on) as next_purchased_on
from gaps
inner join {{ ref('int_affected_customers') }} as customers on gaps.customer_key = customers.customer_key
