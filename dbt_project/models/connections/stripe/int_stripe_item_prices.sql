with read_items as (
    select
        business_id,
        id as item_id,
        subscription_id,
        coalesce(price_id, plan_id) as price_id,
        {{ parse_number('quantity', 'decimal(14, 4)') }} as quantity,
        {{ says_yes('_fivetran_deleted') }} as is_deleted,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', 'subscription_item') }}
    where id is not null and subscription_id is not null
),

items as (
    select
        read_items.*,
        {{ parse_time('read_items.synced', 'businesses') }} as synced_at
    from read_items
    left join {{ ref('stg_businesses') }} as businesses on read_items.business_id = businesses.business_id
),

numbered as (
    select
        *,
        {{ copy_number(['item_id'], ['quantity']) }} as copy_number
    from items
),

priced as (
    select
        numbered.business_id,
        numbered.item_id,
        numbered.subscription_id,
        numbered.is_deleted,
        coalesce(prices.currency, {{ ascii_lower('businesses.currency') }}) as currency,
        -- What is metered has no quantity before it is used.
        case when not prices.is_metered then prices.unit_amount * coalesce(numbered.quantity, 1) * prices.a_year / (12 * prices.interval_count) end as units_a_month,
        greatest(numbered.synced_at, prices.synced_at) as synced_at
    from numbered
    left join {{ ref('int_stripe_prices') }} as prices
        on numbered.business_id = prices.business_id and numbered.price_id = prices.price_id
    left join {{ ref('stg_businesses') }} as businesses on numbered.business_id = businesses.business_id
    where numbered.copy_number = 1
)

select
    business_id,
    item_id,
    subscription_id,
    is_deleted,
    currency,
    cast(case when abs(units_a_month) < 99999999999999 then {{ of_smallest_unit('units_a_month', 'currency') }} end as decimal(18, 4)) as monthly_amount,
    synced_at
from priced
