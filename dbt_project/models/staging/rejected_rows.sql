{%- set tables = row_ids() -%}
with
{%- for table, ids in tables.items() %}
{{ table }} as (
    select
        judged.row_hash,
        judged.business_id,
        judged.{{ ids.row }} as row_id,
        {{ 'judged.' if ids.customer != 'null' }}{{ ids.customer }} as customer_id,
        {% if table == 'customer_merges' %}coalesce(judged.reason_rejected, 'merge_cycle'){% else %}judged.reason_rejected{% endif %} as reason
    from {{ ref('base_' ~ table) }} as judged
    {%- if table == 'customer_merges' %}
    left join {{ ref('int_merge_cycles') }} as cycles
        on judged.business_id = cycles.business_id and judged.from_customer_id = cycles.from_customer_id
    {%- endif %}
    where judged.verdict = 'rejected'{% if table == 'customer_merges' %} or (judged.verdict = 'standing' and cycles.from_customer_id is not null){% endif %}
){{ ',' if not loop.last }}
{% endfor %}

{%- for table in tables %}
select
    '{{ table }}' as landing_table,
    rejected.business_id,
    rejected.row_id,
    rejected.customer_id,
    rejected.reason,
    {{ row_text(landing_columns(table), 'landed') }} as row_text
from {{ table }} as rejected
inner join {{ ref('landed_' ~ table) }} as landed on rejected.row_hash = landed.row_hash
{{ 'union all' if not loop.last }}
{%- endfor %}
