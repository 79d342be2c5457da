{{ config(materialized='view') }}
select
    keys.customer_key,
    keys.business_id,
    keys.customer_id,
    businesses.dormant_after_days,
    businesses.former_after_days,
    businesses.prospect_dormant_after_days,
    businesses.recovery_days
from {{ ref('int_customer_keys') }} as keys
inner join {{ ref('stg_businesses') }} as businesses on keys.business_id = businesses.business_id
where keys.person_key = keys.customer_key
