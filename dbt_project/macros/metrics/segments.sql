{# Customers' attribute columns that have landed: the configured segments first, the others by name. #}
{% macro customer_attributes() %}
    {% set own = landing_columns('customers') + own_columns() %}
    {% set columns = var('segments') if var('customer_columns') is string else var('customer_columns') %}
    {% if is_package() %}{% set columns = adapter.get_columns_in_relation(ref('landed_customers')) | map(attribute='name') | list %}{% endif %}
    {% set found = columns | reject('in', own) | sort(case_sensitive=true) %}
    {{ return((var('segments') | select('in', found) | list + found) | unique(case_sensitive=true) | list) }}
{% endmacro %}

{# The configured segments that exist in the landing, in the order of the var. #}
{% macro available_segments() %}
    {% set landed = customer_attributes() %}
    {% set segments = [] %}
    {% for segment in var('segments') if segment in landed %}{% do segments.append(segment) %}{% endfor %}
    {{ return(segments) }}
{% endmacro %}

{# Convert sums by segment key to sums by segment value. #}
{% macro by_segment(relation, measures) -%}
select
    segment_values.business_id,
    measured.period_grain,
    measured.period_start,
    segment_values.segment,
    segment_values.segment_value
    {%- for measure in measures %},
    sum(measured.{{ measure }}) as {{ measure }}
    {%- endfor %}
from {{ relation }} as measured
inner join {{ ref('int_segment_values') }} as segment_values on measured.segment_key = segment_values.segment_key
group by 1, 2, 3, 4, 5
{%- endmacro %}
