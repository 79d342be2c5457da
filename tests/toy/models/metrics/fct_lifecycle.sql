{{ config(schema='winback', tags=['public']) }}
select
    businesses.business_id,
    'day' as period_grain,
    businesses.as_of_date as period_start,
    'all' as segment,
    true as is_complete,
    count(states.customer_id) as closing_active,
    cast(0 as bigint) as closing_dormant,
    cast(0 as bigint) as closing_former
from {{ ref('dim_business') }} as businesses
left join {{ ref('lifecycle_states') }} as states on businesses.business_id = states.business_id
group by businesses.business_id, businesses.as_of_date
