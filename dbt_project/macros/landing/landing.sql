{# The declared columns of a landing table, in order: models/staging/_landing.yml is the one place they stand. #}
{% macro landing_contract(table) %}
    {% set found = [] %}
    {% for source in graph.sources.values() if source.source_name == 'landing' and source.name == table %}
        {% do found.append(source) %}
    {% endfor %}
    {{ return(found[0]) }}
{% endmacro %}


{# Every distinct raw row of a landing table as text, with a hash as its key; lines that are no row in `malformed_line`.
   A value that is missing is an empty text, and null where its file lacks the column. #}
{% macro landed_rows(table) %}
    {%- do source('landing', table) -%}
    {%- if execute -%}
        {%- set contract = landing_contract(table) -%}
        {%- set declared = contract.columns.keys() | list -%}
        {%- set scans = adapter.dispatch('landing_scans', 'winback')(table) -%}
        {%- do require_columns(table, contract, scans) -%}
        {%- set columns = declared + landing_attributes(contract, scans) -%}
with landed as (
    {% for scan in scans %}
    select distinct
        {%- for column in columns %}
        {{ landed_text(column, scan.columns.get(column | lower)) }} as {{ adapter.quote(column) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ scan.relation }}
    {{ 'union' if not loop.last }}
    {% else %}
    select {% for column in columns %}cast(null as {{ dbt.type_string() }}) as {{ adapter.quote(column) }}{{ ', ' if not loop.last }}{% endfor %}
    where 1 = 0
    {% endfor %}
)

select
    {{ row_hash(columns) }} as row_hash,
    {%- for column in columns %}
    {{ adapter.quote(column) }},
    {%- endfor %}
    cast(null as {{ dbt.type_string() }}) as malformed_line
from landed
    {%- else -%}
select 1
    {%- endif -%}
{% endmacro %}


{# Raise one clear message where a required column is in none of a file's columns. #}
{% macro require_columns(table, contract, scans) %}
    {% for scan in scans %}
        {% for column in contract.columns.values() if column.config.meta.get('required') and column.name not in scan.columns %}
            {% do exceptions.raise_compiler_error(
                "Landing table '" ~ table ~ "' lacks the required column '" ~ column.name ~ "' in " ~ scan.files | join(', ')
                ~ " (it has: " ~ scan.columns.keys() | join(', ') ~ "). Add the column, or name it so, and run again."
            ) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{# The landing's columns beside the declared ones, in order of appearance, for tables that keep them. #}
{% macro landing_attributes(contract, scans) %}
    {% set attributes = [] %}
    {% if contract.config.meta.get('keeps_other_columns') %}
        {% for scan in scans %}
            {% for name in scan.columns if name not in contract.columns and name not in attributes and name not in ('row_hash', 'malformed_line') %}
                {% do attributes.append(name) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
    {{ return(attributes) }}
{% endmacro %}


{# One landed column as text; a binary float as a plain decimal, for `1e-05` is no amount. #}
{% macro landed_text(column, type) %}
    {%- if type is none -%}
        cast(null as {{ dbt.type_string() }})
    {%- elif type | lower in ('double', 'float', 'real', 'double precision') -%}
        coalesce({{ float_text(adapter.quote(column)) }}, '')
    {%- else -%}
        coalesce(cast({{ adapter.quote(column) }} as {{ dbt.type_string() }}), '')
    {%- endif -%}
{% endmacro %}


{# Each value with its length, so that no two rows run together to one text. #}
{% macro row_hash(columns) %}
    md5(concat({% for column in columns %}coalesce(length({{ adapter.quote(column) }}) || ':' || {{ adapter.quote(column) }}, '-'){{ ', ' if not loop.last }}{% endfor %}))
{%- endmacro %}


{# Add the lines that are no row to the table just built, so that they too are landed rows; a post-hook. #}
{% macro add_malformed_lines() %}
    {% if execute %}{{ return(adapter.dispatch('add_malformed_lines', 'winback')()) }}{% endif %}
{% endmacro %}

{% macro default__add_malformed_lines() %}{% endmacro %}


{# A landing table's declared columns, in order. #}
{% macro landing_columns(table) %}
    {{ return(landing_contract(table).columns.keys() | list if execute else []) }}
{% endmacro %}
