{%- set columns = {
    'events': ['amount', 'covers_until'],
    'customers': ['contactable', 'updated_at'],
    'campaigns': ['starts_on', 'ends_on', 'cost'],
    'campaign_touches': ['cost'],
} -%}
{%- for table, dropped in columns.items() %}
{%- set row_id = row_ids()[table] %}
{%- for column in dropped %}
select
    '{{ table }}' as landing_table,
    business_id,
    {{ row_id.row }} as row_id,
    {{ row_id.customer }} as customer_id,
    '{{ column }}' as column_name,
    {{ column }}_dropped as reason
from {{ ref('stg_' ~ table) }}
where {{ column }}_dropped is not null
union all
{%- endfor %}
{%- endfor %}
select
    'events',
    business_id,
    event_id,
    customer_id,
    'amount',
    'amount_too_large'
from {{ ref('int_dropped_amounts') }}
