-- Merges that lead back to their own customer: nobody can say who survives, so all of the cycle's rows are rejected.
with recursive merges as (
    select business_id, from_customer_id, into_customer_id
    from {{ ref('base_customer_merges') }}
    where verdict = 'standing'
),

-- Everyone reached from a customer; `union` ends the walk where it repeats itself.
reached as (
    select business_id, from_customer_id, into_customer_id
    from merges
    union
    select reached.business_id, reached.from_customer_id, merges.into_customer_id
    from reached
    inner join merges
        on reached.business_id = merges.business_id and reached.into_customer_id = merges.from_customer_id
)

select business_id, from_customer_id
from reached
where from_customer_id = into_customer_id
