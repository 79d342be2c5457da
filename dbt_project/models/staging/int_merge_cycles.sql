-- Merges that lead back to their own customer: nobody can say who survives, so all of the cycle's rows are rejected.
with recursive merges as (
    select business_id, from_customer_id, into_customer_id
    from {{ ref('base_customer_merges') }}
    where verdict = 'standing'
),

reached as (
    {{ reached_by_merges('merges') }}
)

select business_id, from_customer_id
from reached
where from_customer_id = into_customer_id
