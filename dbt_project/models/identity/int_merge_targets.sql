-- Cycles are excluded, so every chain ends at the customer who was not merged into another.
with merge_chains as (
    {{ followed_merges(ref('stg_customer_merges')) }}
)

select business_id, from_customer_id as customer_id, last_into_customer_id as survivor_id
from merge_chains
