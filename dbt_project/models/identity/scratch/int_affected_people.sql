-- Everyone whose events this run reads, with the key of the customer they count as.
{{ config(materialized='view') }}
select keys.business_id, keys.customer_id, keys.customer_key
from {{ ref('int_customer_keys') }} as keys
inner join {{ ref('int_affected_customers') }} as affected on keys.customer_key = affected.customer_key
