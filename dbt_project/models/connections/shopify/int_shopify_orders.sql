{%- set digits = [] -%}
{%- for number in ['phone', 'billing_address_phone', 'shipping_address_phone'] %}{% do digits.append("nullif(" ~ digits_of(number) ~ ", '')") %}{% endfor -%}
with read_orders as (
    select
        business_id,
        id as order_id,
        customer_id as account_id,
        email,
        case when customer_id is null and email is null then coalesce({{ digits | join(', ') }}) end as number_digits,
        {{ utc_text('coalesce(processed_at, created_at)') }} as ordered_at,
        coalesce({{ ascii_lower('coalesce(financial_status, display_financial_status)') }}, 'unknown') as payment_status,
        cancelled_at,
        coalesce(total_price, total_price_set_shop_amount) as amount,
        coalesce(currency, total_price_set_shop_currency_code, currency_code) as currency,
        {{ says_yes('test') }} as is_test,
        {{ says_yes('_fivetran_deleted') }} as is_deleted,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('shopify', 'order') }}
    where id is not null
),

typed as (
    select
        read_orders.*,
        {{ guest_id('read_orders.email', 'read_orders.number_digits') }} as guest_id,
        {{ parse_number('read_orders.amount', 'decimal(18, 4)') }} as number_of_units,
        {{ parse_time('read_orders.ordered_at', 'businesses') }} as ordered_at_utc,
        {{ parse_time('read_orders.synced', 'businesses') }} as synced_at
    from read_orders
    left join {{ ref('stg_businesses') }} as businesses on read_orders.business_id = businesses.business_id
),

numbered as (
    select
        *,
        {{ copy_number(['order_id'], ['payment_status', 'cancelled_at', 'amount', 'currency', 'ordered_at', 'account_id', 'guest_id']) }} as copy_number
    from typed
)

select
    business_id,
    order_id,
    account_id,
    coalesce(account_id, guest_id) as customer_id,
    case when guest_id like 'email:%' then guest_id end as email_id,
    ordered_at,
    ordered_at_utc,
    amount,
    currency,
    {{ first_reason([
        ('is_deleted', 'deleted'),
        ('is_test', 'test_order'),
        ('cancelled_at is not null', 'cancelled'),
        ("payment_status not in ('paid', 'partially_paid', 'partially_refunded', 'refunded')", 'not_paid'),
        ('number_of_units <= 0', 'nothing_to_pay'),
    ]) }} as not_counted_because,
    synced_at
from numbered
where copy_number = 1
