select
    business_id,
    id,
    currency,
    unit_amount as unit_amount_decimal,
    billing_interval as recurring_interval,
    interval_count as recurring_interval_count,
    copy_number
from {{ ref('int_stripe_export_subscriptions') }}
