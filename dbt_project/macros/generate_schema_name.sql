{# On DuckDB schemas carry their own names, with no prefix: `winback` is public, `winback_internal` is ours. A server holds other
   schemas too: there a build has one of its own, out of which a refresh publishes. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ adapter.dispatch('schema_of', 'winback')(custom_schema_name) }}
{%- endmacro %}

{% macro default__schema_of(custom_schema_name) -%}{{ target.schema }}{%- endmacro %}
{% macro duckdb__schema_of(custom_schema_name) -%}{{ custom_schema_name or target.schema }}{%- endmacro %}
