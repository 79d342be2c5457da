{# Row-level guarantees of a table, checked in one pass: a key, columns that are never null or accept only certain values, the metrics as the
   catalogue defines them (macros/metrics/catalogue.sql), and `rules`: conditions, keyed by the fault that is reported if one does not hold. Returns
   one row for each fault found. In the columns in `nullable`, null has a meaning. `also`: other generic tests of the table (rows_that_break.sql), keyed by
   the fault that their rows show, with their arguments. #}
{% test table_contract(model, key=[], nullable=[], other_keys=[], not_null=[], accepted={}, rules={}, also={}, of=none) %}
{{ config(fail_calc='coalesce(sum(broken_rows), 0)') }}
{%- set keys = [key] + other_keys if key else other_keys -%}
{%- set never_null = (keys | sum(start=[]) + not_null) | unique | reject('in', nullable) | list -%}
{%- set conditions = row_conditions(model.identifier, never_null, accepted, rules) -%}
{%- set counts = ['counted'] -%}
{%- for columns in keys %}{% do counts.append('repeated_' ~ loop.index) %}{% endfor -%}
{%- for fault in also %}{% do counts.append('also_' ~ loop.index) %}{% endfor -%}
{%- set rows = rows_to_test(model, of) | trim -%}
{%- set tested = model if rows == model | string else 'tested' -%}
with
{%- if tested == 'tested' %}
tested {{ materialized() }} (
    select * from {{ rows }} as few_rows
),
{%- endif %}
{%- for columns in keys %}

repeated_{{ loop.index }} as (
    select coalesce(sum(copies - 1), 0) as broken_rows
    from (select count(*) as copies from {{ tested }} group by {{ columns | join(', ') }} having count(*) > 1) as copied
),
{%- endfor %}

{%- for tests in also.values() %}{% set number = loop.index %}{% for name, arguments in tests.items() %}

also_{{ number }} as (select count(*) as broken_rows from ({{ rows_that_break(name, tested, arguments) }}) as broken),
{%- endfor %}{% endfor %}

counted as (
    select
        {%- for condition in conditions.values() %}
        sum(case when ({{ condition }}) is not true then 1 else 0 end) as rule_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ tested }}
),

-- The counts are in one row, and a list next to it names them, so that every engine computes each count once.
named as (
    select
        rules.broken_rule,
        case rules.rule_number
            {%- for condition in conditions %}
            when {{ loop.index }} then counted.rule_{{ loop.index }}
            {%- endfor %}
            {%- for columns in keys %} when {{ -loop.index }} then repeated_{{ loop.index }}.broken_rows{% endfor %}
            {%- for fault in also %} when {{ 1000 + loop.index }} then also_{{ loop.index }}.broken_rows{% endfor %}
        end as broken_rows
    from (
        values
        {%- for columns in keys %}
        ({{ -loop.index }}, {{ text_literal(('key' if columns == key else '(' ~ columns | join(', ') ~ ')') ~ ' is not unique') }}),
        {%- endfor %}
        {%- for fault in also %} ({{ 1000 + loop.index }}, {{ text_literal(fault) }}),{% endfor %}
        {%- for fault in conditions %}
        ({{ loop.index }}, {{ text_literal(fault) }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as rules (rule_number, broken_rule)
    cross join {{ counts | join(' cross join ') }}
)

select broken_rule, broken_rows
from named
where broken_rows > 0
{% endtest %}
