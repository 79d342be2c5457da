{# Each landed row is judged exactly once: a run that judges some of them again neither loses one nor keeps both judgements. In
   a night the rows that landed or were judged in it are looked at, and that there are as many judgements as rows. #}
{% test one_judgement_each(model, landing_table) %}
{%- set landed = ref('landed_' ~ landing_table) -%}
{%- set of_this_run = 'where row_hash in (select row_hash from of_this_run)' if not rebuilds() -%}
with of_this_run as (
    select landed.row_hash
    from {{ landed }} as landed
    where landed.landed_in = {{ this_refresh() }}
    union
    select judged.row_hash
    from {{ model }} as judged
    where judged.judged_in = {{ this_refresh() }}
),

counted as (
    select row_hash, 1 as landed_rows, 0 as judgements
    from {{ landed }}
    {{ of_this_run }}
    union all
    select row_hash, 0, 1
    from {{ model }}
    {{ of_this_run }}
)

select row_hash, sum(landed_rows) as landed_rows, sum(judgements) as judgements
from counted
group by row_hash
having sum(landed_rows) <> 1 or sum(judgements) <> 1
union all
select 'all', landed.row_count, judged.row_count
from (select count(*) as row_count from {{ landed }}) as landed
cross join (select count(*) as row_count from {{ model }}) as judged
where landed.row_count <> judged.row_count
{% endtest %}
