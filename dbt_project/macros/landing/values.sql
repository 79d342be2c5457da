{# One landed column as text, a missing value as an empty one; a binary float as a plain decimal, for `1e-05` is no amount. #}
{% macro landed_text(column, type, keeps_nulls=false) %}
    {%- if type is none -%}
        cast(null as {{ dbt.type_string() }})
    {%- else -%}
        {%- set text = adapter.dispatch('text_of', 'winback')(quoted(column), type | lower) -%}
        {{ text if keeps_nulls else 'coalesce(' ~ text ~ ", '')" }}
    {%- endif -%}
{% endmacro %}


{% macro default__text_of(column, type) -%}
    {{ float_text(column) if type in ('double', 'float', 'real', 'double precision') else 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' }}
{%- endmacro %}

{# Times in one form, whatever the server's own zone and style of dates. #}
{% macro postgres__text_of(column, type) -%}
    {%- if type == 'timestamp with time zone' -%}to_char({{ column }} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    {%- elif type == 'timestamp without time zone' -%}to_char({{ column }}, 'YYYY-MM-DD HH24:MI:SS.US')
    {%- elif type == 'date' -%}to_char({{ column }}, 'YYYY-MM-DD')
    {%- else -%}{{ winback.default__text_of(column, type) }}
    {%- endif -%}
{%- endmacro %}


{# Names, values and lengths: no two rows run together to one text. #}
{% macro hash_input(columns) -%}
    concat_ws(chr(31), {{ text_literal(columns | join(',')) }}
    {%- for column in columns %}, {{ quoted(column) }}{% endfor -%}
    {%- for column in columns %}, length({{ quoted(column) }}){% endfor %})
{%- endmacro %}


{# The key of a landed row: the same row has the same hash whatever columns other files bring. A table has one header for all its
   rows: there nulls are left out, so that a column that it gains leaves the hashes of older rows as they are. A hash must follow from
   the row as it is kept, and a change of it needs another `warehouse_format`: see format.sql. #}
{% macro row_hash(columns) %}{{ return(adapter.dispatch('row_hash', 'winback')(columns)) }}{% endmacro %}
{% macro default__row_hash(columns) -%}
    md5(concat_ws(chr(31)
    {%- for column in columns %}, {{ text_literal(column ~ ' ') }} || length({{ quoted(column) }}) || ' ' || {{ quoted(column) }}{% endfor %}))
{%- endmacro %}
{# A number, half the size of its digits. Lengths are dear, and needed only where a value holds what stands between values. #}
{% macro duckdb__row_hash(columns) -%}
    md5_number(case
        when hash_input_fast like repeat('%' || chr(31), {{ columns | length }}) || '%' then concat_ws(chr(31), hash_input_fast{% for column in columns %}, length({{ quoted(column) }}){% endfor %})
        else hash_input_fast
    end)
{%- endmacro %}

{# What a hash is made of, where that is worked out before it: a hash of the header, and each value after the one before. #}
{% macro hash_input_fast(columns) %}{{ return(adapter.dispatch('hash_input_fast', 'winback')(columns)) }}{% endmacro %}
{% macro default__hash_input_fast(columns) %}cast(null as {{ dbt.type_string() }}){% endmacro %}
{% macro duckdb__hash_input_fast(columns) -%}
    concat('{{ local_md5(columns | join(','))[:12] }}'{% for column in columns %}, {{ "chr(31), " if not loop.first }}{{ quoted(column) }}{% endfor %})
{%- endmacro %}

{% macro malformed_hash(line) %}{{ return(adapter.dispatch('malformed_hash', 'winback')(line)) }}{% endmacro %}
{% macro default__malformed_hash(line) %}md5('malformed' || {{ line }}){% endmacro %}
{% macro duckdb__malformed_hash(line) %}md5_number('malformed' || {{ line }}){% endmacro %}
