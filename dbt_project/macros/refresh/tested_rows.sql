{# What a data test looks at: every row where all is derived anew, and else, where the test names one of these in `of`, only
   the rows that this run made. What it left as it was has been tested by the run that made it. The rows that earlier versions wrote into
   `refreshes` lack the columns that are new: `this_refresh` is its last row, whatever else is derived anew. #}
{% macro rows_to_test(model, of=none, key=none) -%}
    {%- if of == 'changed' -%}
        {%- set condition = '(business_id, customer_id) in (select business_id, customer_id from ' ~ ref('int_changed_customers') ~ ')' -%}
    {%- elif of == 'affected' -%}
        {%- set condition = 'customer_key in (select customer_key from ' ~ ref('int_affected_customers') ~ ')' -%}
    {%- elif of is not none and of != 'this_refresh' -%}
        {# Rows with the key of a new one, for a new row may repeat an old one. #}
        {%- set new_rows = '(select ' ~ key ~ ' from ' ~ model ~ ' where ' ~ of ~ ' = ' ~ refresh_id() ~ ') as new_rows' -%}
        {%- set condition = key ~ ' in (' ~ few_values(key, new_rows) ~ ')' -%}
    {%- endif -%}
    {%- if of == 'this_refresh' -%}(select * from {{ model }} where coalesce(refresh_id, {{ refresh_id() }}) = {{ refresh_id() }})
    {%- elif of is none or is_rebuild() -%}{{ model }}
    {%- elif of == 'changed' -%}{{ few_rows(model, condition) }}
    {%- else -%}(select * from {{ model }} where {{ condition }})
    {%- endif -%}
{%- endmacro %}

{# A few rows of a large table. DuckDB would read every column of all before it looks who is meant; found by their place, and lying
   together at the table's end, theirs alone are read. #}
{% macro few_rows(table, condition) %}{{ return(adapter.dispatch('few_rows', 'winback')(table, condition)) }}{% endmacro %}
{% macro default__few_rows(table, condition) %}(select * from {{ table }} where {{ condition }}){% endmacro %}
{% macro duckdb__few_rows(table, condition) %}(select * from {{ table }} where rowid in (select rowid from {{ table }} where {{ condition }})){% endmacro %}
