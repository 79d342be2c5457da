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


{# Each value that its file has, with its name and length: no two rows run together to one text, and the same row has the
   same hash whatever columns other files bring. #}
{% macro row_hash(columns) %}md5({{ row_hash_text(columns) }}){% endmacro %}

{% macro row_hash_text(columns) %}
    concat({% for column in columns %}coalesce('{{ column }}:' || length({{ adapter.quote(column) }}) || ':' || {{ adapter.quote(column) }}, ''){{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
