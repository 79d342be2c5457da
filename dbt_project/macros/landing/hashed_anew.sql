{# The rows of a landed table with hashes in the current format. Of rows that turn out to be the same, keep the one delivered last; of several
   delivered last, the one that landed first. Rows whose file lacked `loaded_at` were delivered when they landed. #}
{% macro landed_rows_hashed_anew(table, landed) -%}
    {%- set stored = adapter.get_columns_in_relation(landed) | map(attribute='name') | reject('in', own_columns()) | list -%}
    {%- set declared = landing_columns(table) | select('in', stored) | list -%}
    {%- set columns = declared + stored | reject('in', declared) | sort -%}
    {%- set kept = [] -%}
    {%- for column in columns if column != 'loaded_at' %}{% do kept.append(quoted(column)) %}{% endfor -%}
    {%- set refreshes = table_at_start('refreshes') -%}
    {%- set landed_at = 'replace(cast(refreshes.started_at as ' ~ dbt.type_string() ~ "), 'T', ' ') || 'Z'" if refreshes else "''" -%}
with hashed as (
    {{ adapter.dispatch('hashed_anew', 'winback')(table, landed, columns) }}
    select {{ malformed_hash('malformed_line') }} as row_hash, {% for column in columns %}{{ quoted(column) }}, {% endfor %}malformed_line, landed_in
    from {{ landed }}
    where malformed_line is not null
),

deliveries as (
    select
        hashed.row_hash,
        {%- for column in kept %}
        hashed.{{ column }},
        {%- endfor %}
        {{ "case when malformed_line is null then coalesce(hashed.loaded_at, " ~ landed_at ~ ") end" if 'loaded_at' in columns else landed_at }} as loaded_at,
        hashed.malformed_line,
        hashed.landed_in
    from hashed
    {%- if refreshes %}
    left join {{ refreshes }} as refreshes on hashed.landed_in = refreshes.refresh_id
    {%- endif %}
)

select row_hash, {{ kept | join(', ') }}, loaded_at, malformed_line, landed_in, landed_in as delivered_in
from (
    select
        *,
        row_number() over (partition by row_hash order by loaded_at desc, landed_in) as winback_place
    from deliveries
) as copies
where winback_place = 1
{%- endmacro %}


{# Hash a table's rows as landed_rows does: all columns together, without nulls. Where others load the table, a null was stored as an empty text. Each
   dispatched macro ends with `union all`. #}
{% macro default__hashed_anew(table, landed, columns) -%}
    {%- set contract = landing_contract(table) -%}
    {%- set source_table = load_relation(api.Relation.create(contract.database, contract.schema, contract.identifier)) -%}
    {%- set nulls_are_values = source_table and 'malformed_line' not in adapter.get_columns_in_relation(source_table) | map(attribute='name') | map('lower') -%}
select
    {{ row_hash(columns | reject('equalto', 'loaded_at') | list) }} as row_hash,
    {%- for column in columns %}
    winback_kept_{{ loop.index }} as {{ quoted(column) }},
    {%- endfor %}
    malformed_line,
    landed_in
from (
    select
        {%- for column in columns %}
        {{ "nullif(" ~ quoted(column) ~ ", '')" if nulls_are_values else quoted(column) }} as {{ quoted(column) }},
        {{ quoted(column) }} as winback_kept_{{ loop.index }},
        {%- endfor %}
        malformed_line,
        landed_in
    from {{ landed }}
    where malformed_line is null
) as as_landed
union all
{%- endmacro %}

{# Hash each row by the header of its file, which the row's nulls reveal. #}
{% macro duckdb__hashed_anew(table, landed, columns) -%}
    {%- for present in headers_of(landed, columns) %}
    {%- set hashed = present | reject('equalto', 'loaded_at') | list %}
    select {{ row_hash(hashed) }} as row_hash, {% for column in columns %}{{ quoted(column) }}, {% endfor %}malformed_line, landed_in
    from (select *, {{ hash_input_fast(hashed) }} as hash_input_fast from {{ landed }} where malformed_line is null and {{ has_header(present, columns) }}) as of_header
    union all
    {%- endfor %}
{%- endmacro %}


{# The file headers of the rows of a landed table, each as a list of columns. #}
{% macro headers_of(landed, columns) %}
    {% set query -%}
        select distinct {% for column in columns %}case when {{ quoted(column) }} is null then 0 else 1 end as has_{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
        from {{ landed }}
        where malformed_line is null
    {%- endset %}
    {% set headers = [] %}
    {% for row in run_query(query).rows %}
        {% set present = [] %}
        {% for column in columns %}{% if row[loop.index0] | int == 1 %}{% do present.append(column) %}{% endif %}{% endfor %}
        {% do headers.append(present) %}
    {% endfor %}
    {{ return(headers) }}
{% endmacro %}

{% macro has_header(present, columns) -%}
    {% for column in columns %}{{ quoted(column) }} is {{ 'not ' if column in present }}null{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}
