{# Row filter for data tests: every row in a full rebuild; in an incremental refresh, if the test names one of these in `of`, only the rows that this
   run wrote. The run that wrote the other rows has tested them. In `refreshes`, rows of earlier versions lack the newer columns, so `this_refresh`
   selects only its last row, even in a rebuild. #}
{% macro rows_to_test(model, of=none, key=none) -%}
    {%- if of == 'changed' -%}
        {%- set condition = '(business_id, customer_id) in (select business_id, customer_id from ' ~ ref('int_changed_customers') ~ ')' -%}
    {%- elif of == 'affected' -%}
        {%- set condition = 'customer_key in (select customer_key from ' ~ ref('int_affected_customers') ~ ')' -%}
    {%- elif of is not none and of != 'this_refresh' -%}
        {# All rows that share a key with a new row, because a new row may duplicate an old one. #}
        {%- set new_rows = '(select ' ~ key ~ ' from ' ~ model ~ ' where ' ~ of ~ ' = ' ~ refresh_id() ~ ') as new_rows' -%}
        {%- set condition = key ~ ' in (' ~ few_values(key, new_rows) ~ ')' -%}
    {%- endif -%}
    {%- if of == 'this_refresh' -%}(select * from {{ model }} where coalesce(refresh_id, {{ refresh_id() }}) = {{ refresh_id() }})
    {%- elif of is none or is_rebuild() -%}{{ model }}
    {%- elif of == 'changed' -%}{{ few_rows(model, condition) }}
    {%- else -%}(select * from {{ model }} where {{ condition }})
    {%- endif -%}
{%- endmacro %}

{# A few rows of a large table. DuckDB would read every column of all rows before it filters. Looked up by rowid, only the matching rows are read,
   which lie together at the end of the table. #}
{% macro few_rows(table, condition) %}{{ return(adapter.dispatch('few_rows', 'winback')(table, condition)) }}{% endmacro %}
{% macro default__few_rows(table, condition) %}(select * from {{ table }} where {{ condition }}){% endmacro %}
{% macro duckdb__few_rows(table, condition) %}(select * from {{ table }} where rowid in (select rowid from {{ table }} where {{ condition }})){% endmacro %}
