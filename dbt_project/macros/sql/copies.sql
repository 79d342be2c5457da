{# Of several valid copies of a key, say which stands: the latest, and of those that tie and differ, the one whose typed
   columns sort first (`texts` by bytes, nulls last). Continues a chain of CTEs after `typed`, which has `row_hash` and
   `rejected_because`; ends in `judged` with `verdict`: standing, superseded or rejected. Only keys that repeat are ranked. #}
{% macro judge_copies(key, latest_by, columns, texts) -%}
{%- set in_order = [] -%}
{%- for column in columns %}{% do in_order.append(in_bytes('typed.' ~ column) if column in texts else 'typed.' ~ column) %}{% endfor -%}
repeated as (
    select {{ key | join(', ') }}
    from typed
    where rejected_because is null
    group by {{ key | join(', ') }}
    having count(*) > 1
),

ranked as (
    select
        typed.row_hash,
        dense_rank() over (partition by {{ prefixed(key) }} order by {{ prefixed(latest_by, 'desc nulls last') }}) as recency,
        dense_rank() over (partition by {{ prefixed(key) }} order by {{ prefixed(latest_by, 'desc nulls last') }}, {{ in_order | join(' asc nulls last, ') }} asc nulls last) as version,
        row_number() over (partition by {{ prefixed(key) }} order by {{ prefixed(latest_by, 'desc nulls last') }}, {{ in_order | join(' asc nulls last, ') }} asc nulls last, {{ in_bytes('typed.row_hash') }}) as place
    from typed
    inner join repeated on {% for column in key %}typed.{{ column }} = repeated.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    where typed.rejected_because is null
),

judged as (
    select
        typed.*,
        case
            when typed.rejected_because is not null then 'rejected'
            when ranked.place is null or ranked.place = 1 then 'standing'
            when ranked.recency = 1 and ranked.version > 1 then 'rejected'
            else 'superseded'
        end as verdict,
        coalesce(typed.rejected_because, case when ranked.recency = 1 and ranked.version > 1 then 'conflicting_copy' end) as reason_rejected
    from typed
    left join ranked on typed.row_hash = ranked.row_hash
)
{%- endmacro %}

{% macro prefixed(columns, suffix='') -%}
    {% for column in columns %}typed.{{ column }} {{ suffix }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}


{# The reasons why a row is rejected, the first that applies; a list of (condition, reason). #}
{% macro first_reason(reasons) -%}
    case
        {%- for condition, reason in reasons %}
        when {{ condition }} then '{{ reason }}'
        {%- endfor %}
    end
{%- endmacro %}


{# Reasons common to all tables, in the order of the definitions: unreadable line, missing ids, unknown business. #}
{% macro identity_reasons(required) %}
    {% set reasons = [('malformed_line is not null', 'malformed_line')] %}
    {% for column in required %}{% do reasons.append((column ~ ' is null', 'missing_' ~ column)) %}{% endfor %}
    {% do reasons.append(('known_business_id is null', 'unknown_business')) %}
    {{ return(reasons) }}
{% endmacro %}


{# The row as it landed, for people. #}
{% macro row_text(columns, relation) -%}
    coalesce({{ relation }}.malformed_line, concat_ws(', '{% for column in columns %}, '{{ column }}=' || nullif({{ relation }}.{{ adapter.quote(column) }}, ''){% endfor %}))
{%- endmacro %}


{# The rows of a judged table that stand. #}
{% macro standing_rows(judged) -%}
{{ config(materialized='view') -}}
select *
from {{ ref(judged) }}
where verdict = 'standing'
{%- endmacro %}
