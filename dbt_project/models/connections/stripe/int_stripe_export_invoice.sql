select
    business_id,
    id,
    customer_id,
    subscription_id,
    case when is_paid and has_invoice then 'paid' else 'open' end as status,
    units as amount_paid,
    currency,
    created_at as created,
    case when is_live then 'true' else 'false' end as livemode,
    copy_number
from {{ ref('int_stripe_export_payments') }}
