{# One landed column as text, with a missing value as an empty text. A binary float becomes a plain decimal, because `1e-05` is not a valid amount. #}
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

{# Times in one format, independent of the server's time zone and date style. #}
{% macro postgres__text_of(column, type) -%}
    {%- if type == 'timestamp with time zone' -%}to_char({{ column }} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    {%- elif type == 'timestamp without time zone' -%}to_char({{ column }}, 'YYYY-MM-DD HH24:MI:SS.US')
    {%- elif type == 'date' -%}to_char({{ column }}, 'YYYY-MM-DD')
    {%- else -%}{{ winback.default__text_of(column, type) }}
    {%- endif -%}
{%- endmacro %}


{# Unambiguous concatenation of column names, values and lengths, for hashing: no two different rows give the same text. #}
{% macro hash_input(columns) -%}
    concat_ws(chr(31), {{ text_literal(columns | join(',')) }}
    {%- for column in columns %}, {{ quoted(column) }}{% endfor -%}
    {%- for column in columns %}, length({{ quoted(column) }}){% endfor %})
{%- endmacro %}


{# The key of a landed row: the same row has the same hash, whatever columns other files add. A server's table has one header for all its rows, so
   nulls are left out there: a new column does not change the hashes of older rows. A hash must be computable from the stored row, and a change to it
   requires a new `warehouse_format`: see format.sql. #}
{% macro row_hash(columns) %}{{ return(adapter.dispatch('row_hash', 'winback')(columns)) }}{% endmacro %}
{% macro default__row_hash(columns) -%}
    md5(concat_ws(chr(31)
    {%- for column in columns %}, {{ text_literal(column ~ ' ') }} || length({{ quoted(column) }}) || ' ' || {{ quoted(column) }}{% endfor %}))
{%- endmacro %}
{# Store the hash as a number, which takes half the space of its hex digits. Lengths are expensive to compute, and are needed only if a value contains
   the separator. #}
{% macro duckdb__row_hash(columns) -%}
    md5_number(case
        when hash_input_fast like repeat('%' || chr(31), {{ columns | length }}) || '%' then concat_ws(chr(31), hash_input_fast{% for column in columns %}, length({{ quoted(column) }}){% endfor %})
        else hash_input_fast
    end)
{%- endmacro %}

{# The input of a hash, if it is computed beforehand: a hash of the header, then the values in order. #}
{% macro hash_input_fast(columns) %}{{ return(adapter.dispatch('hash_input_fast', 'winback')(columns)) }}{% endmacro %}
{% macro default__hash_input_fast(columns) %}cast(null as {{ dbt.type_string() }}){% endmacro %}
{% macro duckdb__hash_input_fast(columns) -%}
    concat('{{ local_md5(columns | join(','))[:12] }}'{% for column in columns %}, {{ "chr(31), " if not loop.first }}{{ quoted(column) }}{% endfor %})
{%- endmacro %}

{% macro malformed_hash(line) %}{{ return(adapter.dispatch('malformed_hash', 'winback')(line)) }}{% endmacro %}
{% macro default__malformed_hash(line) %}md5('malformed' || {{ line }}){% endmacro %}
{% macro duckdb__malformed_hash(line) %}md5_number('malformed' || {{ line }}){% endmacro %}
