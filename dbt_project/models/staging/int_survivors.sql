-- Cycles are out, so every chain ends: at the customer who was merged into nobody.
with recursive merges as (
    select business_id, from_customer_id, into_customer_id
    from {{ ref('stg_customer_merges') }}
),

walk as (
    select business_id, from_customer_id, into_customer_id
    from merges
    union all
    select walk.business_id, walk.from_customer_id, merges.into_customer_id
    from walk
    inner join merges
        on walk.business_id = merges.business_id and walk.into_customer_id = merges.from_customer_id
)

select
    walk.business_id,
    walk.from_customer_id as customer_id,
    walk.into_customer_id as survivor_id
from walk
left join merges as onward
    on walk.business_id = onward.business_id and walk.into_customer_id = onward.from_customer_id
where onward.from_customer_id is null
