-- The customers recomputed in this run, with the policy they are counted by.
{{ config(materialized='view') }}
select customers.*
from {{ ref('int_customers') }} as customers
inner join {{ ref('int_touched_customers') }} as touched on customers.customer_key = touched.customer_key
