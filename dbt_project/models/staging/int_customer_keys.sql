-- Everyone with an event, under the key of the customer they were merged into: integers make the windows cheap.
with people as (
    select distinct business_id, customer_id
    from {{ ref('stg_events') }}
),

resolved as (
    select
        people.business_id,
        people.customer_id,
        coalesce(survivors.survivor_id, people.customer_id) as survivor_id
    from people
    left join {{ ref('int_survivors') }} as survivors
        on people.business_id = survivors.business_id and people.customer_id = survivors.customer_id
)

select
    business_id,
    customer_id,
    survivor_id,
    cast(dense_rank() over (order by business_id, survivor_id) as integer) as customer_key
from resolved
