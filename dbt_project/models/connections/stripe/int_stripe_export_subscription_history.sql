select
    business_id,
    id,
    customer_id,
    status,
    created_at as created,
    started_at as start_date,
    trial_starts_at as trial_start,
    trial_ends_at as trial_end,
    period_ends_at as current_period_end,
    cancel_at,
    cancel_at_period_end,
    ended_at,
    reason as cancellation_details_reason,
    copy_number
from {{ ref('int_stripe_export_subscriptions') }}
