{%- set live = 'coalesce(' ~ parse_boolean('livemode') ~ ', true)' -%}
{%- set deleted = says_yes('_fivetran_deleted') -%}
{%- set tables = {
    'subscription_history': {'read': ['subscription_history', 'subscription'], 'live': live, 'deleted': deleted},
    'subscription_item': {'parent': 'subscription_id', 'deleted': deleted},
    'price': {'read': ['price', 'plan'], 'live': live},
    'invoice': {'live': live, 'deleted': says_yes('is_deleted') ~ ' or ' ~ deleted},
    'invoice_line_item': {'parent': 'invoice_id', 'live': live, 'deleted': deleted, 'proration': says_yes('proration')},
    'charge': {'live': live},
    'refund': {'deleted': deleted},
} -%}
with read_rows as (
    {%- for table, its in tables.items() %}
    select
        business_id,
        '{{ table }}' as source_table,
        id,
        {{ its.get('parent', 'cast(null as ' ~ dbt.type_string() ~ ')') }} as parent_id,
        {{ its.get('live', 'true') }} as is_live,
        {{ its.get('deleted', 'false') }} as is_deleted,
        {{ its.get('proration', 'false') }} as is_proration,
        {{ 'coalesce(' ~ parse_boolean('_fivetran_active') ~ ', true)' if table == 'subscription_history' else 'true' }} as is_active,
        {{ utc_text('_fivetran_start') if table == 'subscription_history' else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as version_start,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', its.get('read', table), with_exports=false) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

typed as (
    select
        read_rows.*,
        {{ parse_time('read_rows.version_start', 'businesses') }} as version_started_at,
        {{ parse_time('read_rows.synced', 'businesses') }} as synced_at
    from read_rows
    left join {{ ref('stg_businesses') }} as businesses on read_rows.business_id = businesses.business_id
)

select
    business_id,
    source_table,
    id,
    parent_id,
    is_live,
    is_deleted or not is_active as is_deleted,
    is_proration,
    {{ copy_number(
        ['source_table', 'id', 'parent_id', 'is_live'], flags=['is_deleted', 'is_proration'], latest_by=['version_started_at', 'synced_at'], last='not is_active',
    ) }} as copy_number
from typed
