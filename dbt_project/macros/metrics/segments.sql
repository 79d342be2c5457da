{# Customers' attribute columns that have landed: the configured segments first, the others by name, whatever came first. #}
{% macro customer_attributes() %}
    {% set landed = ref('landed_customers') %}
    {% set attributes = [] %}
    {% if execute %}
        {% set own = landing_contract('customers').columns.keys() | list + own_columns() %}
        {% set found = adapter.get_columns_in_relation(landed) | map(attribute='name') | reject('in', own) | sort %}
        {% for name in var('segments') + found if name in found and name not in attributes %}
            {% do attributes.append(name) %}
        {% endfor %}
    {% endif %}
    {{ return(attributes) }}
{% endmacro %}

{# The configured segments that the landing has, in the order of the var. #}
{% macro available_segments() %}
    {% set landed = customer_attributes() %}
    {% set segments = [] %}
    {% for segment in var('segments') if segment in landed %}{% do segments.append(segment) %}{% endfor %}
    {{ return(segments) }}
{% endmacro %}

{# Sums by segment key as sums by segment value. #}
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
