-- Everyone who is former, dormant or a dormant prospect at the date counted to, with what they were worth: nobody's is another
-- one until they change.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_changed'), unique_key='customer_key') }}
with away as (
    select
        customers.customer_key,
        states.business_id,
        states.customer_id,
        states.state as from_state,
        states.valid_from as since,
        states.exit_kind,
        states.exit_reason
    from {{ ref('lifecycle_states') }} as states
    inner join {{ ref('int_customers') if is_rebuild() else ref('int_changed_customers') }} as customers
        on states.business_id = customers.business_id and states.customer_id = customers.customer_id
    where states.valid_to is null and states.state in ('former', 'dormant', 'dormant_prospect')
),

worth as (
    select
        away.customer_key,
        max(case when days.has_purchase then days.event_date end) as last_purchase_on,
        sum(days.revenue) as lifetime_revenue,
        sum(case
            when {{ in_year_before('days.event_date', 'away.since') }} then days.revenue
            else 0
        end) as revenue_365_days_before
    from away
    inner join {{ ref('int_customer_days') }} as days on away.customer_key = days.customer_key
    where days.event_date <= {{ as_of_date() }}
    group by away.customer_key
),

came_back as (
    select returns.customer_key, count(*) as previous_returns
    from away
    inner join {{ ref('int_returns') }} as returns on away.customer_key = returns.customer_key
    where returns.returned_on <= {{ as_of_date() }} and returns.return_type in ('won_back', 'reactivated')
    group by returns.customer_key
)

select
    away.*,
    worth.last_purchase_on,
    cast(coalesce(worth.lifetime_revenue, 0) as decimal(18, 4)) as lifetime_revenue,
    cast(coalesce(worth.revenue_365_days_before, 0) as decimal(18, 4)) as revenue_365_days_before,
    cast(coalesce(came_back.previous_returns, 0) as integer) as previous_returns
from away
left join worth on away.customer_key = worth.customer_key
left join came_back on away.customer_key = came_back.customer_key
