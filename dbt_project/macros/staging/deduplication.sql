{# The keys that occur more than once in a relation, each as a hash (a collision of two keys does no harm). Few rows have such a key, and only these
   are ranked. #}
{% macro duplicate_keys(relation, key) -%}
    select {{ row_hash_in_query(key) }} as key_hash
    from {{ relation }}
    group by 1
    having count(*) > 1
{%- endmacro %}

{# Of several valid duplicates of a key, mark the current one: the latest; among different rows that tie, the one whose typed columns sort first
   (`texts` by bytes, nulls last); among rows with the same typed values, one of which no value was dropped. Takes the typed rows, which have
   `row_hash`, `own_rejection_reason` and `has_duplicates`, and adds `row_status` (current, superseded or rejected) and `rejection_reason`. #}
{% macro deduplicated(typed, key, latest_by, columns, texts, droppable=[]) -%}
{%- set partition = 'partition by own_rejection_reason is null, ' ~ key | join(', ') -%}
{%- set latest = latest_by | join(' desc nulls last, ') ~ ' desc nulls last' -%}
{%- set in_order = [] -%}
{%- for column in columns %}{% do in_order.append((binary_collation(column) if column in texts else column) ~ ' asc nulls last') %}{% endfor -%}
{%- set in_order = in_order | join(', ') -%}
{%- set whole = [] -%}
{%- for column in droppable %}{% do whole.append(column ~ '_dropped asc nulls first') %}{% endfor %}
    select
        *,
        cast(case
            when own_rejection_reason is not null then 'rejected'
            when duplicate_row_num = 1 then 'current'
            when duplicate_recency = 1 and duplicate_version > 1 then 'rejected'
            else 'superseded'
        end as {{ enum_type(['current', 'superseded', 'rejected']) }}) as row_status,
        coalesce(own_rejection_reason, case when duplicate_recency = 1 and duplicate_version > 1 then 'conflicting_copy' end) as rejection_reason
    from (
        select *, 1 as duplicate_recency, 1 as duplicate_version, 1 as duplicate_row_num
        from {{ typed }}
        where not has_duplicates
        union all
        select
            *,
            dense_rank() over ({{ partition }} order by {{ latest }}) as duplicate_recency,
            dense_rank() over ({{ partition }} order by {{ latest }}, {{ in_order }}) as duplicate_version,
            row_number() over ({{ partition }} order by {{ latest }}, {{ in_order }}, {{ (whole + [binary_collation('row_hash')]) | join(', ') }}) as duplicate_row_num
        from {{ typed }}
        where has_duplicates
    ) as ranked
{%- endmacro %}


{# The current rows of a validated table. #}
{% macro current_rows(validated) -%}
{{ config(materialized='view') -}}
select *
from {{ ref(validated) }}
where row_status = 'current'
{%- endmacro %}
