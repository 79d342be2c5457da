{# Schemas carry their own names, with no prefix: `winback` is public, `winback_internal` is ours. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
