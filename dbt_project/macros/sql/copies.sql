{# The keys that come more than once in `cleaned`, by a number that stands for each (one that two keys share does no harm): the
   CTE `repeated`. Few rows have such a key, and only these are ranked. #}
{% macro repeated_keys(key) -%}
repeated as (
    select {{ fleeting_hash(key) }} as key_hash
    from cleaned
    group by 1
    having count(*) > 1
)
{%- endmacro %}

{# Of several valid copies of a key, say which stands: the latest, and of those that tie and differ, the one whose typed
   columns sort first (`texts` by bytes, nulls last); of those that are typed alike, one of which no value was dropped. Continues a chain of CTEs after `typed`, which has `row_hash`, `rejected_because`
   and `has_copies`; ends in `judged` with `verdict`: standing, superseded or rejected. #}
{% macro judge_copies(key, latest_by, columns, texts, droppable=[]) -%}
{%- set partition = 'partition by ' ~ key | join(', ') -%}
{%- set latest = latest_by | join(' desc nulls last, ') ~ ' desc nulls last' -%}
{%- set in_order = [] -%}
{%- for column in columns %}{% do in_order.append((in_bytes(column) if column in texts else column) ~ ' asc nulls last') %}{% endfor -%}
{%- set in_order = in_order | join(', ') -%}
{%- set whole = [] -%}
{%- for column in droppable %}{% do whole.append(column ~ '_dropped asc nulls first') %}{% endfor -%}
ranked as (
    select
        *,
        dense_rank() over ({{ partition }} order by {{ latest }}) as copy_recency,
        dense_rank() over ({{ partition }} order by {{ latest }}, {{ in_order }}) as copy_version,
        row_number() over ({{ partition }} order by {{ latest }}, {{ in_order }}, {{ (whole + [in_bytes('row_hash')]) | join(', ') }}) as copy_place
    from typed
    where has_copies and rejected_because is null
),

weighed as (
    select *, 1 as copy_recency, 1 as copy_version, 1 as copy_place
    from typed
    where not has_copies or rejected_because is not null
    union all
    select * from ranked
),

judged as (
    select
        *,
        cast(case
            when rejected_because is not null then 'rejected'
            when copy_place = 1 then 'standing'
            when copy_recency = 1 and copy_version > 1 then 'rejected'
            else 'superseded'
        end as {{ label_type(['standing', 'superseded', 'rejected']) }}) as verdict,
        coalesce(rejected_because, case when copy_recency = 1 and copy_version > 1 then 'conflicting_copy' end) as reason_rejected
    from weighed
)
{%- endmacro %}


{# The reasons why a row is rejected, the first that applies; a list of (condition, reason). #}
{% macro first_reason(reasons) -%}
    case
        {%- for condition, reason in reasons %}
        when {{ condition }} then {{ text_literal(reason) if reason else 'null' }}
        {%- endfor %}
    end
{%- endmacro %}


{# Reasons common to all tables, in the order of the definitions: unreadable line, missing ids, ids that name nobody or were mangled,
   unknown business. #}
{% macro identity_reasons(required) %}
    {% set reasons = [('malformed_line is not null', 'malformed_line')] %}
    {% set customer_ids = required | select('in', ['customer_id', 'from_customer_id', 'into_customer_id']) | list %}
    {% for column in required %}{% do reasons.append((column ~ ' is null', 'missing_' ~ column)) %}{% endfor %}
    {% for id in customer_ids %}{% do reasons.append((is_placeholder(id), 'placeholder_customer_id')) %}{% endfor %}
    {% if 'event_id' in required %}{% do reasons.append((is_mangled('event_id'), 'mangled_event_id')) %}{% endif %}
    {% for id in customer_ids %}{% do reasons.append((is_mangled(id), 'mangled_customer_id')) %}{% endfor %}
    {% do reasons.append(('known_business_id is null', 'unknown_business')) %}
    {{ return(reasons) }}
{% endmacro %}


{# A value that costs itself alone: what was read of it, and why it is dropped where it is there and cannot be read. #}
{% macro read_or_dropped(column, value) -%}
    {{ value }} as {{ column }},
    case when {{ column }}_text is not null and {{ value }} is null then 'invalid_{{ column }}' end as {{ column }}_dropped
{%- endmacro %}


{# The row as it landed, for people. #}
{% macro row_text(columns, relation) -%}
    coalesce({{ relation }}.malformed_line, concat_ws(', '{% for column in columns %}, '{{ column }}=' || nullif({{ relation }}.{{ quoted(column) }}, ''){% endfor %}))
{%- endmacro %}


{# The rows of a judged table that stand. #}
{% macro standing_rows(judged) -%}
{{ config(materialized='view') -}}
select *
from {{ ref(judged) }}
where verdict = 'standing'
{%- endmacro %}
