{# The landed rows of a table that the warehouse does not have yet, as text, with a hash as their key; lines that are no
   row in `malformed_line`. A value that is missing is an empty text, and null where its file lacks the column. Rows that differ in
   `loaded_at` alone are one: see deliveries.sql. #}
{% macro landed_rows(table) %}
    {%- do source('landing', table) -%}
    {%- do ref('stg_businesses') -%}
    {%- set refresh = ref('int_this_refresh') -%}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    post_hook=["{{ keep_latest_deliveries() }}", "{{ add_malformed_lines() }}"],
) -}}
    {%- if execute -%}
        {%- set contract = landing_contract(table) -%}
        {%- set declared = contract.columns.keys() | list -%}
        {%- set scans = adapter.dispatch('landing_scans', 'winback')(table) -%}
        {%- set columns = declared + landing_attributes(contract, scans) -%}
with texts as (
    {% for scan in scans %}
    {%- set present = columns | select('in', scan.columns) | reject('equalto', 'loaded_at') | list -%}
    select
        {%- for column in columns if column != 'loaded_at' %}
        {{ "coalesce(" ~ quoted(column) ~ ", '') as " if scan.nulls_are_values and column in present }}{{ quoted(column) }},
        {%- endfor %}
        {{ delivered_at(scan) }} as loaded_at,
        {{ is_delivered_anew(scan) }} as is_delivered_anew,
        malformed_line,
        {% if scan.has_malformed_lines %}case when malformed_line is not null then {{ malformed_hash('malformed_line') }} else {{ row_hash(present) }} end{% else %}{{ row_hash(present) }}{% endif %} as row_hash
    from (select *, {{ in_one(present) }} as in_one from ({{ read_as_text(scan, columns) }}) as read_as_text) as in_one_text
    {{ 'union all' if not loop.last }}
    {% else %}
    select {% for column in columns %}cast(null as {{ dbt.type_string() }}) as {{ quoted(column) }}, {% endfor %}false as is_delivered_anew, cast(null as {{ dbt.type_string() }}) as malformed_line, {{ malformed_hash('cast(null as ' ~ dbt.type_string() ~ ')') }} as row_hash
    where 1 = 0
    {% endfor %}
),

landed as (
    {{ one_delivery_each('texts') }}
)

select
    landed.row_hash,
    {%- for column in columns %}
    landed.{{ quoted(column) }},
    {%- endfor %}
    landed.malformed_line,
    refresh.refresh_id as landed_in,
    refresh.refresh_id as delivered_in
from landed
cross join {{ refresh }} as refresh
{%- if is_incremental() %}
where not exists (
    select 1 from {{ this }} as known
    where known.row_hash = landed.row_hash and (not landed.is_delivered_anew or known.loaded_at = landed.loaded_at)
)
{%- endif %}
    {%- else -%}
select 1
    {%- endif -%}
{% endmacro %}


{% macro read_as_text(scan, columns) -%}
    select
        {%- for column in columns %}
        {%- set text = landed_text(column, scan.columns.get(column | lower), keeps_nulls=scan.is_table) %}
        {{ 'nullif(' ~ text ~ ", '')" if scan.nulls_are_values else text }} as {{ quoted(column) }},
        {%- endfor %}
        {{ 'malformed_line' if scan.has_malformed_lines else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as malformed_line
    from {{ scan.relation }}
{%- endmacro %}


{# Elsewhere the landing is a schema of tables, which whoever loads them may type as they like. Those that `winback land` has
   loaded from files tell also which lines were no rows, and by a null that a row's file lacks the column. #}
{% macro default__landing_scans(table) %}
    {% set relation = load_relation(source('landing', table)) %}
    {% if relation is none %}
        {% if landing_contract(table).config.meta.get('required') and load_relation(this) is none %}
            {% do exceptions.raise_compiler_error(
                "No landing table '" ~ table ~ "': there is no " ~ source('landing', table) ~ ". Load your events into it (`winback land` does, from files)."
            ) %}
        {% endif %}
        {{ return([]) }}
    {% endif %}
    {% set columns = {} %}
    {% for column in adapter.get_columns_in_relation(relation) %}{% do columns.update({column.name | lower: column.dtype}) %}{% endfor %}
    {% do require_columns(table, columns, relation) %}
    {% set is_loaded_by_us = 'malformed_line' in columns %}
    {{ return([{
        'columns': columns, 'relation': relation, 'is_table': true,
        'is_loaded_by_us': is_loaded_by_us, 'has_malformed_lines': is_loaded_by_us, 'nulls_are_values': not is_loaded_by_us,
    }]) }}
{% endmacro %}


{# Add the lines that are no row to the table just built, so that they too are landed rows; a post-hook. #}
{% macro add_malformed_lines() %}
    {% if execute %}{{ return(adapter.dispatch('add_malformed_lines', 'winback')()) }}{% endif %}
{% endmacro %}

{% macro default__add_malformed_lines() %}{% endmacro %}
