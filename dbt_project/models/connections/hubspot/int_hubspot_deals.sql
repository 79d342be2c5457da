with read_stages as (
    select
        business_id,
        stage_id,
        coalesce({{ parse_boolean('is_closed') }}, {{ parse_boolean('closed_won') }}, true)
        and coalesce({{ parse_number('probability', 'decimal(18, 4)') }} = 1, false) as is_won,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('hubspot', 'deal_pipeline_stage') }}
    where stage_id is not null
),

read_deals as (
    select
        business_id,
        deal_id,
        deal_pipeline_stage_id as stage_id,
        property_amount as amount,
        property_deal_currency_code as currency,
        {{ utc_text('property_closedate') }} as closed_at,
        {{ utc_text('property_createdate') }} as opened_at,
        {{ says_yes('is_deleted') }} or {{ says_yes('_fivetran_deleted') }} as is_deleted,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('hubspot', 'deal') }}
    where deal_id is not null
),

stages as (
    select
        read_stages.*,
        {{ parse_time('read_stages.synced', 'businesses') }} as synced_at
    from read_stages
    left join {{ ref('stg_businesses') }} as businesses on read_stages.business_id = businesses.business_id
),

deals as (
    select
        read_deals.*,
        {{ parse_time('read_deals.synced', 'businesses') }} as synced_at
    from read_deals
    left join {{ ref('stg_businesses') }} as businesses on read_deals.business_id = businesses.business_id
),

numbered_stages as (
    select
        *,
        {{ copy_number(['stage_id'], flags=['not is_won']) }} as copy_number
    from stages
),

numbered_deals as (
    select
        *,
        {{ copy_number(['deal_id'], ['stage_id', 'amount', 'currency', 'closed_at', 'opened_at']) }} as copy_number
    from deals
),

merged_deals as (
    select business_id, merged_id, max(synced_at) as synced_at
    from {{ ref('int_hubspot_merged_ids') }}
    where object = 'deal'
    group by business_id, merged_id
)

select
    deals.business_id,
    deals.deal_id,
    case when not customers.is_deleted then customers.customer_id end as customer_id,
    deals.opened_at,
    deals.closed_at,
    deals.amount,
    deals.currency,
    coalesce(stages.is_won, false) as is_won,
    deals.is_deleted,
    merged_deals.merged_id is not null as is_merged,
    greatest(deals.synced_at, stages.synced_at, customers.synced_at, merged_deals.synced_at) as synced_at
from numbered_deals as deals
left join numbered_stages as stages
    on deals.business_id = stages.business_id and deals.stage_id = stages.stage_id and stages.copy_number = 1
left join {{ ref('int_hubspot_associations') }} as customers
    on deals.business_id = customers.business_id and deals.deal_id = customers.object_id and customers.object = 'deal' and customers.place = 1
left join merged_deals on deals.business_id = merged_deals.business_id and deals.deal_id = merged_deals.merged_id
where deals.copy_number = 1
