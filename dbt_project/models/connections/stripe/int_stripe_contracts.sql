-- Every date on which a contract of an item could begin has a row. One that begins none today never ran: so a contract that landed before is taken back.
with subscriptions as (
    select
        subscriptions.business_id,
        subscriptions.subscription_id,
        subscriptions.customer_id,
        -- The same date however a trial is extended.
        coalesce(
            {{ parse_date('subscriptions.starts_at', 'businesses') }}, {{ parse_date('subscriptions.trial_ends_at', 'businesses') }}
        ) as starts_on,
        subscriptions.synced_at
    from {{ ref('int_stripe_subscriptions') }} as subscriptions
    left join {{ ref('stg_businesses') }} as businesses on subscriptions.business_id = businesses.business_id
),

items as (
    select business_id, subscription_id, item_id, currency, cast(null as {{ dbt.type_string() }}) as customer_id, synced_at
    from {{ ref('int_stripe_item_prices') }}
    union all
    select business_id, subscription_id, item_id, currency, customer_id, synced_at
    from {{ ref('int_stripe_lines') }}
),

items_together as (
    select business_id, subscription_id, item_id, max(currency) as currency
    from items
    group by business_id, subscription_id, item_id
),

synced as (
    select business_id, subscription_id, max(customer_id) as customer_id, max(synced_at) as synced_at
    from items
    group by business_id, subscription_id
),

beginnings as (
    select business_id, subscription_id, item_id, starts_on, item_id || ':' || {{ date_text('starts_on') }} as contract_id
    from {{ ref('int_stripe_lines') }}
    union
    select items.business_id, items.subscription_id, items.item_id, subscriptions.starts_on, items.item_id || ':' || {{ date_text('subscriptions.starts_on') }}
    from items_together as items
    inner join subscriptions on items.business_id = subscriptions.business_id and items.subscription_id = subscriptions.subscription_id
    where subscriptions.starts_on is not null
    union
    select items.business_id, items.subscription_id, items.item_id, pauses.paused_on, items.item_id || ':resumed:' || {{ date_text('pauses.paused_on') }}
    from items_together as items
    inner join {{ ref('int_stripe_pauses') }} as pauses on items.business_id = pauses.business_id and items.subscription_id = pauses.subscription_id
)

select
    beginnings.contract_id,
    beginnings.business_id,
    coalesce(subscriptions.customer_id, synced.customer_id) as customer_id,
    {{ date_text('coalesce(pieces.starts_on, beginnings.starts_on)') }} as starts_on,
    {{ date_text('case when pieces.contract_id is null then beginnings.starts_on else pieces.ends_on end') }} as ends_on,
    cast(coalesce(pieces.monthly_amount, 0) as {{ dbt.type_string() }}) as monthly_amount,
    coalesce(pieces.currency, items_together.currency) as currency,
    {{ time_text('greatest(subscriptions.synced_at, synced.synced_at)') }} as loaded_at
from beginnings
inner join subscriptions on beginnings.business_id = subscriptions.business_id and beginnings.subscription_id = subscriptions.subscription_id
left join items_together
    on
        beginnings.business_id = items_together.business_id
        and beginnings.subscription_id = items_together.subscription_id
        and beginnings.item_id = items_together.item_id
left join synced on beginnings.business_id = synced.business_id and beginnings.subscription_id = synced.subscription_id
left join {{ ref('int_stripe_contract_pieces') }} as pieces
    on beginnings.business_id = pieces.business_id and beginnings.contract_id = pieces.contract_id
