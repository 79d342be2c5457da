-- Merges that lead back to their own customer: nobody can say who survives, so all of the cycle's rows are rejected.
with recursive merges as (
    select business_id, from_customer_id, into_customer_id
    from {{ ref('base_customer_merges') }}
    where verdict = 'standing'
),

-- Everyone reached from a customer; a walk ends where it comes to somebody whom it has passed.
reached as (
    select business_id, from_customer_id, into_customer_id, md5(from_customer_id) as passed
    from merges
    union all
    select reached.business_id, reached.from_customer_id, merges.into_customer_id, reached.passed || md5(reached.into_customer_id)
    from reached
    inner join merges
        on reached.business_id = merges.business_id and reached.into_customer_id = merges.from_customer_id
    where position(md5(reached.into_customer_id) in reached.passed) = 0
)

select business_id, from_customer_id
from reached
where from_customer_id = into_customer_id
