-- The first date of each customer with an event that counts, which nobody's is another until they change. Knows nothing of the
-- date counted to.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key') }}
select customer_key, min(event_date) as first_date
from {{ ref('int_customer_days') }}
where (has_interest or has_purchase or has_engagement or is_cancelled) and {{ is_affected('customer_key') }}
group by customer_key
