-- Customers of a business with the same attribute values share a key, so that counting uses few keys instead of many texts. An attribute with too
-- many values in a business is null for all its customers: it distinguishes none of them.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key') }}
{%- do ref('int_wide_segments') %}
{%- set landed = available_segments() %}
with attributes as (
    select
        customers.customer_key,
        customers.business_id,
        {%- for segment in var('segments') %}
        {% if segment in landed %}case when wide_{{ landed.index(segment) }}.segment is null then coalesce(attributes.{{ quoted(segment) }}, '(none)') end
        {%- else %}'(none)'{% endif %} as {{ quoted(segment) }},
        {%- endfor %}
        concat_ws(',', ''{% for segment in landed %}, wide_{{ loop.index0 }}.segment{% endfor %}) as wide_segments
    from {{ ref('int_customers') }} as customers
    left join {{ ref('stg_customers') }} as attributes
        on customers.business_id = attributes.business_id and customers.customer_id = attributes.customer_id
    {%- for segment in landed %}
    left join {{ ref('int_wide_segments') }} as wide_{{ loop.index0 }}
        on customers.business_id = wide_{{ loop.index0 }}.business_id and wide_{{ loop.index0 }}.segment = {{ text_literal(segment) }}
    {%- endfor %}
    where {{ is_affected('customers.customer_key') }}
)

select
    customer_key,
    business_id,
    {%- for segment in var('segments') %}
    {{ quoted(segment) }},
    {%- endfor %}
    {{ hash_to_bigint(hash_input(['business_id', 'wide_segments'] + var('segments'))) }} as segment_key
from attributes
