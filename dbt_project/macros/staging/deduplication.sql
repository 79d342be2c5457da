{# The keys that come more than once in a relation, by a number that stands for each (one that two keys share does no harm). Few rows have
   such a key, and only these are ranked. #}
{% macro duplicate_keys(relation, key) -%}
    select {{ fleeting_hash(key) }} as key_hash
    from {{ relation }}
    group by 1
    having count(*) > 1
{%- endmacro %}

{# Of several valid copies of a key, the one that stands: the latest; of those that tie and differ, the one whose typed columns sort first
   (`texts` by bytes, nulls last); of those that are typed alike, one of which no value was dropped. Takes the typed rows, which have `row_hash`,
   `rejected_because` and `has_copies`, and adds `verdict` (standing, superseded or rejected) and `reason_rejected`. #}
{% macro deduplicated(typed, key, latest_by, columns, texts, droppable=[]) -%}
{%- set partition = 'partition by rejected_because is null, ' ~ key | join(', ') -%}
{%- set latest = latest_by | join(' desc nulls last, ') ~ ' desc nulls last' -%}
{%- set in_order = [] -%}
{%- for column in columns %}{% do in_order.append((in_bytes(column) if column in texts else column) ~ ' asc nulls last') %}{% endfor -%}
{%- set in_order = in_order | join(', ') -%}
{%- set whole = [] -%}
{%- for column in droppable %}{% do whole.append(column ~ '_dropped asc nulls first') %}{% endfor %}
    select
        *,
        cast(case
            when rejected_because is not null then 'rejected'
            when copy_place = 1 then 'standing'
            when copy_recency = 1 and copy_version > 1 then 'rejected'
            else 'superseded'
        end as {{ label_type(['standing', 'superseded', 'rejected']) }}) as verdict,
        coalesce(rejected_because, case when copy_recency = 1 and copy_version > 1 then 'conflicting_copy' end) as reason_rejected
    from (
        select *, 1 as copy_recency, 1 as copy_version, 1 as copy_place
        from {{ typed }}
        where not has_copies
        union all
        select
            *,
            dense_rank() over ({{ partition }} order by {{ latest }}) as copy_recency,
            dense_rank() over ({{ partition }} order by {{ latest }}, {{ in_order }}) as copy_version,
            row_number() over ({{ partition }} order by {{ latest }}, {{ in_order }}, {{ (whole + [in_bytes('row_hash')]) | join(', ') }}) as copy_place
        from {{ typed }}
        where has_copies
    ) as ranked
{%- endmacro %}


{# The rows of a judged table that stand. #}
{% macro standing_rows(judged) -%}
{{ config(materialized='view') -}}
select *
from {{ ref(judged) }}
where verdict = 'standing'
{%- endmacro %}
