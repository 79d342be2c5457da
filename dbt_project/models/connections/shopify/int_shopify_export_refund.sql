select
    business_id,
    id,
    id as order_id,
    created_at,
    refunded_amount as total_refunded_set_shop_amount,
    currency as total_refunded_set_shop_currency_code,
    1 as copy_number
from {{ ref('int_shopify_export_order') }}
where copy_number = 1 and refunded_amount is not null and coalesce({{ parse_number('refunded_amount', 'decimal(18, 4)') }} <> 0, true)
