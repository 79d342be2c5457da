{# Each landed row is judged exactly once: a run that judges some of them again neither loses one nor keeps both judgements. In
   a night the rows that landed or were judged in it are looked at by themselves, and what else is lost or kept shows in the number of
   rows and of judgements. #}
{% test one_judgement_each(model, landing_table) %}
{%- set landed = ref('landed_' ~ landing_table) -%}
{%- set in_this_run = ' = ' ~ this_refresh() if not rebuilds() -%}
with counted as (
    select row_hash, 1 as landed_rows, 0 as judgements
    from {{ landed }}
    {{ 'where landed_in' ~ in_this_run if in_this_run }}
    union all
    select row_hash, 0, 1
    from {{ model }}
    {{ 'where judged_in' ~ in_this_run if in_this_run }}
)

-- What is judged again in a night may have landed before it.
select row_hash, sum(landed_rows) as landed_rows, sum(judgements) as judgements
from counted
group by row_hash
having sum(landed_rows) > 1 or sum(judgements) <> 1
union all
select null, landed.row_count, judged.row_count
from (select count(*) as row_count from {{ landed }}) as landed
cross join (select count(*) as row_count from {{ model }}) as judged
where landed.row_count <> judged.row_count
{% endtest %}
