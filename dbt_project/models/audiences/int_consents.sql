-- Who may be contacted: customers all of whose records say so. What is not said is no consent.
with consenting as (
    select business_id, customer_id
    from {{ ref('stg_customers') }}
    where contactable
),

-- Those into whom somebody was merged who has not consented.
doubted as (
    select distinct merged.business_id, merged.survivor_id
    from {{ ref('int_survivors') }} as merged
    left join consenting on merged.business_id = consenting.business_id and merged.customer_id = consenting.customer_id
    where consenting.customer_id is null
)

select customers.customer_key
from {{ ref('int_customers') }} as customers
inner join consenting on customers.business_id = consenting.business_id and customers.customer_id = consenting.customer_id
left join doubted on customers.business_id = doubted.business_id and customers.customer_id = doubted.survivor_id
where doubted.survivor_id is null
