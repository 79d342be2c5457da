-- Customers of a business with the same attribute values share a key, so that counting works on few keys and not on many texts.
{{ replaces_rows_of('int_touched_customers', ['customer_key'], once='int_customer_segments_before') }}
{%- set landed = available_segments() %}
with attributes as (
    select
        customers.customer_key,
        customers.business_id
        {%- for segment in var('segments') %},
        {% if segment in landed %}coalesce(attributes.{{ quoted(segment) }}, '(none)'){% else %}'(none)'{% endif %} as {{ quoted(segment) }}
        {%- endfor %}
    from {{ ref('int_customers_this_run') }} as customers
    left join {{ ref('stg_customers') }} as attributes
        on customers.business_id = attributes.business_id and customers.customer_id = attributes.customer_id
)

select
    *,
    {{ number_of(spelled_out(['business_id'] + var('segments'))) }} as segment_key
from attributes
