-- Every customer who is former, dormant or a dormant prospect at the as-of date, with their value; kept between runs, and recomputed for changed
-- customers.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_changed'), unique_key='customer_key') }}
with inactive_customers as (
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

customer_values as (
    select
        inactive_customers.customer_key,
        max(case when days.has_purchase then days.event_date end) as last_purchase_on,
        sum(days.revenue) as lifetime_revenue,
        sum(case
            when {{ in_year_before('days.event_date', 'inactive_customers.since') }} then days.revenue
            else 0
        end) as revenue_365_days_before
    from inactive_customers
    inner join {{ ref('int_customer_days') }} as days on inactive_customers.customer_key = days.customer_key
    where days.event_date <= {{ as_of_date() }}
    group by inactive_customers.customer_key
),

return_counts as (
    select returns.customer_key, count(*) as previous_returns
    from inactive_customers
    inner join {{ ref('int_returns') }} as returns on inactive_customers.customer_key = returns.customer_key
    where returns.returned_on <= {{ as_of_date() }} and returns.return_type in ('won_back', 'reactivated')
    group by returns.customer_key
)

select
    inactive_customers.*,
    customer_values.last_purchase_on,
    cast(coalesce(customer_values.lifetime_revenue, 0) as decimal(18, 4)) as lifetime_revenue,
    cast(coalesce(customer_values.revenue_365_days_before, 0) as decimal(18, 4)) as revenue_365_days_before,
    cast(coalesce(return_counts.previous_returns, 0) as integer) as previous_returns
from inactive_customers
left join customer_values on inactive_customers.customer_key = customer_values.customer_key
left join return_counts on inactive_customers.customer_key = return_counts.customer_key
