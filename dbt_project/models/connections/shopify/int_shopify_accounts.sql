with read_customers as (
    select
        business_id,
        id as account_id,
        {{ guest_id('email', 'cast(null as ' ~ dbt.type_string() ~ ')') }} as email_id,
        {{ ascii_lower('email_marketing_consent_state') }} as consent,
        {{ utc_text('coalesce(updated_at, created_at)') }} as updated_at,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('shopify', 'customer') }}
    where id is not null
),

customers as (
    select
        read_customers.*,
        {{ parse_time('read_customers.updated_at', 'businesses') }} as updated_at_utc,
        {{ parse_time('read_customers.synced', 'businesses') }} as synced_at
    from read_customers
    left join {{ ref('stg_businesses') }} as businesses on read_customers.business_id = businesses.business_id
),

numbered as (
    select
        *,
        {{ copy_number(['account_id'], ['updated_at', 'consent', 'email_id'], flags=[], latest_by=['synced_at', 'updated_at_utc']) }} as copy_number
    from customers
)

select
    business_id,
    account_id,
    email_id,
    case when consent = 'subscribed' then 'true' when consent is not null then 'false' end as contactable,
    updated_at,
    updated_at_utc,
    synced_at
from numbered
where copy_number = 1
