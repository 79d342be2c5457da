with first_days as (
    select days.customer_key, min(days.event_date) as first_date
    from {{ ref('int_customer_days') }} as days
    cross join {{ ref('int_as_of_date') }} as as_of
    where (days.has_interest or days.has_purchase or days.has_engagement or days.is_cancelled) and days.event_date <= as_of.as_of_date
    group by days.customer_key
),

history as (
    select customers.business_id, min(first_days.first_date) as history_starts_on
    from first_days
    inner join {{ ref('int_customers') }} as customers on first_days.customer_key = customers.customer_key
    group by customers.business_id
)

select
    businesses.business_id,
    businesses.name,
    businesses.kind,
    businesses.timezone,
    businesses.currency,
    businesses.dormant_after_days,
    businesses.former_after_days,
    businesses.prospect_dormant_after_days,
    businesses.attribution_days,
    businesses.recovery_days,
    as_of.as_of_date,
    history.history_starts_on
from {{ ref('stg_businesses') }} as businesses
cross join {{ ref('int_as_of_date') }} as as_of
left join history on businesses.business_id = history.business_id
