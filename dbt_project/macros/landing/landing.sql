{# The rows of a landing table that the warehouse does not have yet, as text, with a hash as their key. Lines that are not valid rows go to
   `malformed_line`. A missing value is an empty text, or null if the file lacks the column. Rows that differ only in `loaded_at` are one row: see
   deliveries.sql. #}
{% macro landed_rows(table) %}
    {%- do landing_relation(table) -%}
    {%- set connected = connected_scans(table) -%}
    {%- do ref('stg_businesses') -%}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=is_package(),
    pre_hook=["{{ join_by_whole_keys() }}"] if connected else [],
    post_hook=["{{ keep_latest_deliveries() }}", "{{ add_malformed_lines() }}"],
) -}}
    {%- if execute -%}
        {%- set contract = landing_contract(table) -%}
        {%- set declared = contract.columns.keys() | list -%}
        {%- set scans = scans_of(table) + connected -%}
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
    from (select *, {{ hash_input_fast(present) }} as hash_input_fast from ({{ read_as_text(scan, columns) }}) as read_as_text) as hashed_text
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
    cast({{ refresh_id() }} as bigint) as landed_in,
    cast({{ refresh_id() }} as bigint) as delivered_in
from landed
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


{# On-run-start of a build without `landing_scans`, which does not know what the landing contains. #}
{% macro view_landing() %}
    {% if execute and flags.WHICH in ['build', 'run'] and var('landing_scans') is not mapping %}{{ return(adapter.dispatch('view_landing', 'winback')()) }}{% endif %}
{% endmacro %}
{% macro default__view_landing() %}{% endmacro %}


{# Post-hook: add the malformed lines to the table just built, so that they too are landed rows. #}
{% macro add_malformed_lines() %}
    {% if execute and not is_package() %}{{ return(adapter.dispatch('add_malformed_lines', 'winback')()) }}{% endif %}
{% endmacro %}

{% macro default__add_malformed_lines() %}{% endmacro %}
