{%- set tables = {
    'events': ['event_id', 'customer_id'],
    'customers': ['customer_id', 'customer_id'],
    'customer_merges': ['from_customer_id', 'from_customer_id'],
    'campaigns': ['campaign_id', 'null'],
    'campaign_touches': ['touch_id', 'customer_id'],
    'survey_responses': ['response_id', 'customer_id'],
} -%}
with judged as (
    {%- for table, (row_id, customer_id) in tables.items() %}
    select
        '{{ table }}' as landing_table,
        row_hash,
        business_id,
        {{ row_id }} as row_id,
        {{ customer_id }} as customer_id,
        reason_rejected as reason
    from {{ ref('base_' ~ table) }}
    where verdict = 'rejected'
    union all
    {%- endfor %}
    select
        'customer_merges' as landing_table,
        merges.row_hash,
        merges.business_id,
        merges.from_customer_id as row_id,
        merges.from_customer_id as customer_id,
        'merge_cycle' as reason
    from {{ ref('base_customer_merges') }} as merges
    inner join {{ ref('int_merge_cycles') }} as cycles
        on merges.business_id = cycles.business_id and merges.from_customer_id = cycles.from_customer_id
    where merges.verdict = 'standing'
),

landed as (
    {%- for table in tables %}
    select '{{ table }}' as landing_table, row_hash, {{ row_text(landing_columns(table)) }} as row_text
    from {{ ref('landed_' ~ table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    judged.landing_table,
    judged.business_id,
    judged.row_id,
    judged.customer_id,
    judged.reason,
    landed.row_text
from judged
inner join landed on judged.landing_table = landed.landing_table and judged.row_hash = landed.row_hash
