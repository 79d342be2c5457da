-- Everything that a date means for a customer's state and revenue, whatever the number of events on it.
{{ config(
    materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key', pre_hook='{{ join_by_whole_keys() }}'
) }}
with events as (
    select events.*, {{ is_exit('events', 'steps') }} as is_exit
    from {{ ref('int_events_this_run') }} as events
    left join {{ ref('int_contract_steps_this_run') }} as steps on events.customer_key = steps.customer_key and events.event_id = steps.event_id
),

days as (
    select
        customer_key,
        event_date,
        count(*) as events,
        max(case when kind = 'interest' then 1 else 0 end) = 1 as has_interest,
        max(case when kind = 'engagement' then 1 else 0 end) = 1 as has_engagement,
        max(case when kind = 'purchase' then occurred_at end) as last_purchased_at,
        max(case when is_exit then occurred_at end) as last_exited_at,
        sum(case kind when 'purchase' then amount when 'refund' then -amount else 0 end) as revenue
    from events
    group by customer_key, event_date
),

-- A purchase that is paid for until a later date, but at most until its own contract ends, and never beyond an exit.
covers as (
    select
        purchases.customer_key,
        purchases.event_date,
        max(least(purchases.covers_until, coalesce(steps.contract_ends_on, purchases.covers_until))) as covered_until
    from {{ ref('int_events_this_run') }} as purchases
    inner join days on purchases.customer_key = days.customer_key and purchases.event_date = days.event_date
    left join {{ ref('int_contract_steps_this_run') }} as steps on purchases.customer_key = steps.customer_key and purchases.event_id = steps.event_id
    where
        purchases.kind = 'purchase'
        and purchases.covers_until is not null
        and purchases.covers_until > purchases.event_date
        and (days.last_exited_at is null or purchases.occurred_at >= days.last_exited_at)
    group by purchases.customer_key, purchases.event_date
),

-- Subtracted here because there are few days, and not from each event.
dropped_amounts as (
    select customer_key, event_date, sum(revenue) as revenue
    from {{ ref('int_dropped_amounts') }}
    group by customer_key, event_date
)

-- If a cancellation and a purchase have the same timestamp, the cancellation comes first; only a later cancellation is in force at the close of the
-- day.
select
    days.customer_key,
    days.event_date,
    days.has_interest,
    days.last_purchased_at is not null as has_purchase,
    days.has_engagement,
    days.last_purchased_at,
    days.last_exited_at is not null as has_exit,
    days.last_exited_at is not null and (days.last_purchased_at is null or days.last_exited_at > days.last_purchased_at) as is_cancelled,
    case when covers.covered_until > days.event_date then covers.covered_until end as covered_until,
    cast(days.revenue - coalesce(dropped_amounts.revenue, 0) as decimal(18, 4)) as revenue,
    cast(days.events as integer) as events
from days
left join covers on days.customer_key = covers.customer_key and days.event_date = covers.event_date
left join dropped_amounts on days.customer_key = dropped_amounts.customer_key and days.event_date = dropped_amounts.event_date
