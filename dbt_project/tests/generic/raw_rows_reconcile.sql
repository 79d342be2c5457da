{# No delivered row disappears, and none counts twice: a landed row is kept once and validated once, each current row has a unique key, and landed
   rows = current + superseded + rejected. Returns one row for each broken rule. In an incremental refresh, only the rows that landed or were
   validated in it are checked one by one; the row counts show whether any other row was lost or kept. #}
{% test raw_rows_reconcile(model, landing_table, key) %}
{{ config(fail_calc='coalesce(sum(broken_rows), 0)') }}
{%- set landed, current_rows = ref('landed_' ~ landing_table), ref('stg_' ~ landing_table) -%}
{%- set in_this_run = ' = ' ~ refresh_id() if not is_rebuild() -%}
with landed_and_validated as (
    select row_hash, 1 as landed_rows, 0 as validations
    from {{ rows_to_test(landed, 'landed_in', 'row_hash') }} as landed
    union all
    select row_hash, 0, 1
    from {{ model }}
    {{ 'where validated_in' ~ in_this_run if in_this_run }}
),

-- A row that is validated again in an incremental refresh may have landed in an earlier one.
mismatched as (
    select row_hash, sum(landed_rows) as landed_rows, sum(validations) as validations
    from landed_and_validated
    group by row_hash
    having sum(landed_rows) > 1 or sum(validations) <> 1 or row_hash is null
),

current_twice as (
    select {{ key | join(', ') }}
    from {{ rows_to_test(current_rows, 'validated_in', key[-1]) }} as current_rows
    group by {{ key | join(', ') }}
    having count(*) > 1{% for column in key %} or {{ column }} is null{% endfor %}
),

counts as (
    select
        (select count(*) from {{ landed }}) as landed,
        (select count(*) from {{ model }}) as validated,
        (select count(*) from {{ current_rows }}) as current_rows,
        (select count(*) from {{ model }} where row_status = 'superseded') as superseded,
        (select count(*) from {{ ref('rejected_rows') }} where landing_table = '{{ landing_table }}') as rejected
),

found as (
    select 'a landed row is kept twice' as broken_rule, (select count(*) from mismatched where landed_rows > 1 or row_hash is null) as broken_rows
    union all
    select 'a landed row is not validated exactly once', (select count(*) from mismatched where validations <> 1)
    union all
    select 'a key stands twice, or is null', (select count(*) from current_twice)
    union all
    select 'there are not as many validations as landed rows', (select abs(landed - validated) from counts)
    union all
    select 'landed rows are not all current, superseded or rejected', (select abs(landed - current_rows - superseded - rejected) from counts)
)

select broken_rule, broken_rows
from found
where broken_rows > 0
{% endtest %}
