-- Segments of which the customers of a business have more values than facts are made for: there they add no rows. A missing value is none.
-- Knows nothing of the date counted to.
{% set segments = available_segments() -%}
{%- set most = var('max_segment_values') | int -%}
-- By all who are in the customers' table, whether they count or not: as a rule too few already, and nobody need be looked up.
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
