select
    business_id,
    id,
    id as subscription_id,
    id as price_id,
    quantity,
    copy_number
from {{ ref('int_stripe_export_subscriptions') }}
