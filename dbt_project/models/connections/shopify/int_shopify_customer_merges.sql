with merges as (
    select business_id, email_id as from_customer_id, account_id as into_customer_id, seen_at, synced_at
    from {{ ref('int_shopify_addresses') }}
    where not is_shared
    union all
    select business_id, email_id as from_customer_id, email_id || ':shared' as into_customer_id, seen_at, synced_at
    from {{ ref('int_shopify_addresses') }}
    where is_shared
    union all
    select business_id, email_id || ':shared' as from_customer_id, email_id as into_customer_id, seen_at, synced_at
    from {{ ref('int_shopify_addresses') }}
    where is_shared
)

select
    business_id,
    from_customer_id,
    into_customer_id,
    {{ time_text('seen_at') }} as merged_at,
    {{ time_text('synced_at') }} as loaded_at
from merges
