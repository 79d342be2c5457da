with appearances as (
    select business_id, email_id, account_id, ordered_at_utc as seen_at, synced_at
    from {{ ref('int_shopify_orders') }}
    where account_id is not null and email_id is not null
    union all
    select business_id, email_id, account_id, updated_at_utc as seen_at, synced_at
    from {{ ref('int_shopify_accounts') }}
    where email_id is not null
),

owners as (
    select
        business_id,
        email_id,
        account_id,
        max(seen_at) as seen_at,
        min(synced_at) as first_synced_at,
        max(synced_at) as synced_at
    from appearances
    group by business_id, email_id, account_id
),

-- A merge of somebody who never was a guest would change nothing.
guests as (
    select business_id, email_id, min(ordered_at_utc) as seen_at, min(synced_at) as first_synced_at, max(synced_at) as synced_at
    from {{ ref('int_shopify_orders') }}
    where account_id is null and email_id is not null
    group by business_id, email_id
),

numbered as (
    select
        owners.business_id,
        owners.email_id,
        owners.account_id,
        row_number() over (
            partition by owners.business_id, owners.email_id
            order by case when owners.seen_at is null then 1 else 0 end, owners.seen_at desc, {{ binary_collation('owners.account_id') }}
        ) as place,
        count(*) over (partition by owners.business_id, owners.email_id) as number_of_owners,
        -- An export does not say when anything of a customer was.
        coalesce(max(owners.seen_at) over (partition by owners.business_id, owners.email_id), guests.seen_at) as seen_at,
        least(min(owners.first_synced_at) over (partition by owners.business_id, owners.email_id), guests.first_synced_at) as first_synced_at,
        greatest(max(owners.synced_at) over (partition by owners.business_id, owners.email_id), guests.synced_at) as synced_at
    from owners
    inner join guests on owners.business_id = guests.business_id and owners.email_id = guests.email_id
)

select
    business_id,
    email_id,
    account_id,
    number_of_owners > 20 as is_shared,
    coalesce(seen_at, synced_at) as seen_at,
    synced_at
from numbered
where place = 1 and (number_of_owners <= 20 or first_synced_at < synced_at)
