{# Contracts use standard SQL type names; Spark has its own name for double precision. #}
{% macro spark__get_empty_schema_sql(columns) -%}
    select
    {%- for column in columns.values() %}
        cast(null as {{ column.data_type | replace('double precision', type_double()) }}) as {{ quoted(column.name) if column.get('quote') else column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
