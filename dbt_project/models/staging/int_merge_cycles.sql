-- Merges that lead back to their own customer. The surviving customer is undefined, so all rows of the cycle are rejected.
with merges as (
    select business_id, from_customer_id, into_customer_id
    from {{ ref('base_customer_merges') }}
    where row_status = 'current'
),

merge_chains as (
    {{ followed_merges('merges') }}
)

select distinct business_id, last_from_customer_id as from_customer_id
from merge_chains
where never_ends
