{# Every landed row stands but for lines that are no row, and events without a customer or a date. #}
{% macro validated_by_toy(table) -%}
    {%- set of_events = " or coalesce(customer_id, '') = '' or occurred_at not like '20__-__-__%'" -%}
    {%- set rejected = 'malformed_line is not null' ~ (of_events if table == 'events' else '') -%}
select
    {%- for column in ['row_hash', 'malformed_line', 'landed_in'] + landing_columns(table) + (customer_attributes() if table == 'customers' else []) if column != 'covers_until' %}
    landed.{{ quoted(column) }},
    {%- endfor %}
    landed.landed_in as validated_in,
    {%- if table == 'events' %}
    'purchase' as kind,
    cast(null as date) as covers_until,
    {%- endif %}
    case when {{ rejected }} then 'rejected' else 'current' end as row_status
from {{ ref('landed_' ~ table) }} as landed
{%- endmacro %}

{# A headline rate of every business on the last date counted, of which nobody is told. #}
{% macro toy_rate(rate, counts) -%}
{{ config(schema='winback', tags=['public']) -}}
select
    business_id,
    period_grain,
    period_start,
    segment,
    is_complete,
    false as is_warm,
    {%- for count in counts %}
    closing_active as {{ count }},
    {%- endfor %}
    cast(null as {{ type_double() }}) as {{ rate }},
    cast(null as {{ type_double() }}) as {{ rate }}_low,
    cast(null as {{ type_double() }}) as {{ rate }}_high
from {{ ref('fct_lifecycle') }}
{%- endmacro %}

{# A table of which the toy has nothing to tell, with the columns by which checks and summaries ask for it. #}
{% macro nothing(texts=[], numbers=[], dates=[]) -%}
{{ config(materialized='view') -}}
select
    {%- for columns, type in [(texts, dbt.type_string()), (numbers, 'bigint'), (dates, 'date')] %}
    {%- for column in columns %}
    cast(null as {{ type }}) as {{ column }},
    {%- endfor %}
    {%- endfor %}
    true as is_empty
where 1 = 0
{%- endmacro %}
