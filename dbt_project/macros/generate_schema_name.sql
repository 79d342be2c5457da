{# On DuckDB, schemas have their own names without a prefix: `winback` is public, `winback_internal` is private. A server also holds other schemas, so
   a build has its own schema there, from which a refresh publishes. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ adapter.dispatch('schema_of', 'winback')(custom_schema_name) }}
{%- endmacro %}

{% macro default__schema_of(custom_schema_name) -%}{{ target.schema }}{%- endmacro %}
{% macro duckdb__schema_of(custom_schema_name) -%}{{ custom_schema_name or target.schema }}{%- endmacro %}
