{# Nothing that was delivered disappears, and nothing counts twice: a landed row is kept once and judged once, what stands has a key of
   its own, and landed rows = standing + superseded + rejected. A row for each of these that is broken. In a night the rows that landed
   or were judged in it are looked at by themselves, and what else is lost or kept shows in the numbers of rows. #}
{% test raw_rows_reconcile(model, landing_table, key) %}
{{ config(fail_calc='coalesce(sum(broken_rows), 0)') }}
{%- set landed, standing = ref('landed_' ~ landing_table), ref('stg_' ~ landing_table) -%}
{%- set in_this_run = ' = ' ~ refresh_id() if not is_rebuild() -%}
with landed_and_judged as (
    select row_hash, 1 as landed_rows, 0 as judgements
    from {{ rows_to_test(landed, 'landed_in', 'row_hash') }} as landed
    union all
    select row_hash, 0, 1
    from {{ model }}
    {{ 'where judged_in' ~ in_this_run if in_this_run }}
),

-- What is judged again in a night may have landed before it.
mismatched as (
    select row_hash, sum(landed_rows) as landed_rows, sum(judgements) as judgements
    from landed_and_judged
    group by row_hash
    having sum(landed_rows) > 1 or sum(judgements) <> 1 or row_hash is null
),

standing_twice as (
    select {{ key | join(', ') }}
    from {{ rows_to_test(standing, 'judged_in', key[-1]) }} as standing
    group by {{ key | join(', ') }}
    having count(*) > 1{% for column in key %} or {{ column }} is null{% endfor %}
),

counts as (
    select
        (select count(*) from {{ landed }}) as landed,
        (select count(*) from {{ model }}) as judged,
        (select count(*) from {{ standing }}) as standing,
        (select count(*) from {{ model }} where verdict = 'superseded') as superseded,
        (select count(*) from {{ ref('rejected_rows') }} where landing_table = '{{ landing_table }}') as rejected
),

found as (
    select 'a landed row is kept twice' as broken_rule, (select count(*) from mismatched where landed_rows > 1 or row_hash is null) as broken_rows
    union all
    select 'a landed row is not judged exactly once', (select count(*) from mismatched where judgements <> 1)
    union all
    select 'a key stands twice, or is null', (select count(*) from standing_twice)
    union all
    select 'there are not as many judgements as landed rows', (select abs(landed - judged) from counts)
    union all
    select 'landed rows are not all standing, superseded or rejected', (select abs(landed - standing - superseded - rejected) from counts)
)

select broken_rule, broken_rows
from found
where broken_rows > 0
{% endtest %}
