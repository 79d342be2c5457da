-- Customers with the same attribute values share a key, so that counting works on few keys and not on many texts.
{%- set segments = available_segments() %}
with customers as (
    select customer_key, business_id, customer_id
    from {{ ref('int_customers') }}
    where customer_key in (
        select transitions.customer_key
        from {{ ref('int_transitions') }} as transitions
        cross join {{ ref('int_as_of_date') }} as as_of
        where transitions.transition_date <= as_of.as_of_date
    )
),

attributes as (
    select
        customers.customer_key,
        customers.business_id
        {%- for segment in segments %},
        coalesce(attributes.{{ adapter.quote(segment) }}, '(none)') as {{ adapter.quote(segment) }}
        {%- endfor %}
    from customers
    left join {{ ref('stg_customers') }} as attributes
        on customers.business_id = attributes.business_id and customers.customer_id = attributes.customer_id
)

select
    *,
    cast(dense_rank() over (order by business_id{% for segment in segments %}, {{ adapter.quote(segment) }}{% endfor %}) as integer) as segment_key
from attributes
