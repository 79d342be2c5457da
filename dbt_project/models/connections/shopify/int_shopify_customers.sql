with customers as (
    select business_id, account_id as customer_id, contactable, updated_at, synced_at
    from {{ ref('int_shopify_accounts') }}
    union all
    select
        addresses.business_id,
        addresses.email_id as customer_id,
        case when not addresses.is_shared then accounts.contactable end as contactable,
        {{ time_text('addresses.seen_at') }} as updated_at,
        greatest(addresses.synced_at, accounts.synced_at) as synced_at
    from {{ ref('int_shopify_addresses') }} as addresses
    left join {{ ref('int_shopify_accounts') }} as accounts
        on addresses.business_id = accounts.business_id and addresses.account_id = accounts.account_id
)

select
    business_id,
    customer_id,
    contactable,
    updated_at,
    {{ time_text('synced_at') }} as loaded_at
from customers
