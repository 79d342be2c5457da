with history as (
    select customers.business_id, min(days.event_date) as history_starts_on
    from {{ ref('int_customer_days') }} as days
    inner join {{ ref('int_customers') }} as customers on days.customer_key = customers.customer_key
    where days.event_date <= {{ as_of_date() }} and (days.has_interest or days.has_purchase or days.has_engagement or days.is_cancelled)
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
    {{ as_of_date() }} as as_of_date,
    history.history_starts_on
from {{ ref('stg_businesses') }} as businesses
left join history on businesses.business_id = history.business_id
