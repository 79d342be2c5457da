-- Segments of which the customers of a business have more values than facts are made for: there they add no rows. A missing value is none.
-- Knows nothing of the date counted to.
{% set segments = available_segments() -%}
with attributes as (
    select attributes.*
    from {{ ref('stg_customers') }} as attributes
    inner join {{ ref('int_customers') }} as customers
        on attributes.business_id = customers.business_id and attributes.customer_id = customers.customer_id
),

counted as (
    {%- for segment in segments %}
    select business_id, '{{ segment }}' as segment, count(distinct {{ adapter.quote(segment) }}) as value_count
    from attributes
    group by business_id
    {{ 'union all' if not loop.last }}
    {%- else %}
    select business_id, 'all' as segment, 0 as value_count
    from attributes
    {%- endfor %}
)

select business_id, segment, value_count
from counted
where value_count > {{ var('max_segment_values') | int }}
