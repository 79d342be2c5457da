-- Segments with more values among a business's customers than the facts allow; they add no rows there. A missing value does not count. Does not
-- depend on the as-of date.
{% set segments = available_segments() -%}
{%- set most = var('max_segment_values') | int -%}
-- Count the values of all rows in the customers table, whether the customers count or not: usually there are too few values already, and no
-- customer has to be looked up.
with suspects as (
    {%- for segment in segments %}
    select business_id, {{ text_literal(segment) }} as segment
    from {{ ref('stg_customers') }}
    group by business_id
    having count(distinct {{ quoted(segment) }}) > {{ most }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select business_id, 'none' as segment
    from {{ ref('stg_customers') }}
    where 1 = 0
    {%- endfor %}
),

attributes as (
    select
        suspects.segment,
        attributes.business_id,
        case suspects.segment
            {%- for segment in segments %}
            when {{ text_literal(segment) }} then attributes.{{ quoted(segment) }}
            {%- else %}
            when 'none' then 'none'
            {%- endfor %}
        end as segment_value
    from {{ ref('stg_customers') }} as attributes
    inner join suspects on attributes.business_id = suspects.business_id
    inner join {{ ref('int_customers') }} as customers
        on attributes.business_id = customers.business_id and attributes.customer_id = customers.customer_id
)

select business_id, segment, count(distinct segment_value) as value_count
from attributes
group by business_id, segment
having count(distinct segment_value) > {{ most }}
