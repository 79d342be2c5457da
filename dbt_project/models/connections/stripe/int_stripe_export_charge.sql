select
    business_id,
    id,
    customer_id,
    id as invoice_id,
    'succeeded' as status,
    case when is_live then 'true' else 'false' end as livemode,
    copy_number
from {{ ref('int_stripe_export_payments') }}
where is_paid and units_refunded is not null and coalesce({{ parse_number('units_refunded', 'decimal(18, 4)') }} <> 0, true)
