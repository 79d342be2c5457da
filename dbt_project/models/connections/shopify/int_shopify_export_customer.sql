{%- set columns = ['id', 'email', 'phone', 'accepts_email_marketing'] -%}
with read_rows as (
    select
        business_id,
        file_name,
        {{ exported_columns(columns) }}
    from {{ source_rows('shopify_export', 'customers') }}
),

with_ids as (
    select
        *,
        case when not {{ is_mangled('id') }} then id end as own_id
    from read_rows
),

customers as (
    select
        *,
        coalesce(own_id, {{ guest_id('email', 'phone') }}) as account_id
    from with_ids
)

select
    business_id,
    account_id as id,
    case when own_id is not null then email end as email,
    case {{ parse_boolean('accepts_email_marketing') }} when true then 'subscribed' when false then 'not_subscribed' end as email_marketing_consent_state,
    {{ copy_number(['account_id'], ['email', 'accepts_email_marketing'], flags=[], latest_by=['file_name']) }} as copy_number
from customers
