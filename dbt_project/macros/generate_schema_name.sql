{# On DuckDB, schemas have their own names without a prefix: `winback` is public, `winback_internal` is private. A server also holds other schemas, so
   a build has its own schema there, from which a refresh publishes. As a package, name schemas as the project of the user does. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if is_package() -%}
    {{ context.get(project_name, {}).get('generate_schema_name', dbt.generate_schema_name)(custom_schema_name, node) }}
    {%- else -%}
    {{ adapter.dispatch('schema_of', 'winback')(custom_schema_name) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__schema_of(custom_schema_name) -%}{{ target.schema }}{%- endmacro %}
{% macro duckdb__schema_of(custom_schema_name) -%}{{ custom_schema_name or target.schema }}{%- endmacro %}
