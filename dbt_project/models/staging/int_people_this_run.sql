-- Everyone whose events are read in this run, under the key of the customer they count as.
{{ config(materialized='view') }}
select keys.business_id, keys.customer_id, keys.customer_key
from {{ ref('int_customer_keys') }} as keys
inner join {{ ref('int_touched_customers') }} as touched on keys.customer_key = touched.customer_key
