{%- set tables = row_ids() -%}
with
{%- for table, ids in tables.items() %}
{{ table }} as (
    select
        validated.row_hash,
        validated.business_id,
        validated.{{ ids.row }} as row_id,
        {{ 'validated.' if ids.customer != 'null' }}{{ ids.customer }} as customer_id,
        {% if table == 'customer_merges' %}coalesce(validated.rejection_reason, 'merge_cycle'){% else %}validated.rejection_reason{% endif %} as reason
    from {{ ref('base_' ~ table) }} as validated
    {%- if table == 'customer_merges' %}
    left join {{ ref('int_merge_cycles') }} as cycles
        on validated.business_id = cycles.business_id and validated.from_customer_id = cycles.from_customer_id
    {%- endif %}
    where validated.row_status = 'rejected'{% if table == 'customer_merges' %} or (validated.row_status = 'current' and cycles.from_customer_id is not null){% endif %}
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
