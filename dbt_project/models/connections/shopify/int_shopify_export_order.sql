{%- set columns = [
    'name', 'id', 'email', 'phone', 'billing_phone', 'shipping_phone', 'created_at', 'cancelled_at', 'financial_status', 'total', 'currency',
    'refunded_amount', 'payment_method'
] -%}
-- What is in the first row of an order alone is missing in those of its further line items.
with read_rows as (
    select
        business_id,
        file_name,
        {{ exported_columns(columns) }}
    from {{ source_rows('shopify_export', 'orders') }}
),

with_ids as (
    select
        *,
        case when not {{ is_mangled('id') }} then id end as own_id,
        coalesce(id, financial_status, total) is null as is_line_item
    from read_rows
),

orders as (
    select
        *,
        coalesce(own_id, max(own_id) over (partition by business_id, name), name) as order_id
    from with_ids
)

select
    business_id,
    order_id as id,
    email,
    phone,
    billing_phone as billing_address_phone,
    shipping_phone as shipping_address_phone,
    created_at,
    cancelled_at,
    financial_status,
    total as total_price,
    currency,
    case when {{ ascii_lower('payment_method') }} = 'bogus' then 'true' end as test,
    refunded_amount,
    is_line_item,
    {{ copy_number(
        ['order_id'],
        ['financial_status', 'cancelled_at', 'total', 'currency', 'created_at', 'refunded_amount'],
        flags=[], latest_by=['file_name'], last='is_line_item',
    ) }} as copy_number
from orders
