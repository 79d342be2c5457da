-- Who may be contacted: a customer all of whose records say so. What is not said is no consent.
with records as (
    select business_id, customer_id, customer_id as survivor_id
    from {{ ref('int_customers') }}
    union
    select business_id, customer_id, survivor_id
    from {{ ref('int_survivors') }}
)

select
    records.business_id,
    records.survivor_id as customer_id,
    min(case when attributes.contactable then 1 else 0 end) = 1 as contactable
from records
left join {{ ref('stg_customers') }} as attributes
    on records.business_id = attributes.business_id and records.customer_id = attributes.customer_id
group by records.business_id, records.survivor_id
