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
    from {{ source_rows('stripe', its.get('read', table)) }}
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
    row_number() over (
        partition by business_id, source_table, id, parent_id, is_live
        order by
            case when is_active then 0 else 1 end,
            case when version_started_at is null then 1 else 0 end, version_started_at desc,
            case when synced_at is null then 1 else 0 end, synced_at desc,
            case when is_deleted then 1 else 0 end, case when is_proration then 1 else 0 end
    ) as copy_number
from typed
