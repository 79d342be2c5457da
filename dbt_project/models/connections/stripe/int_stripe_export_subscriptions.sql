{%- set columns = [
    'id', 'customer_id', 'status', 'created_at', 'started_at', 'trial_starts_at', 'trial_ends_at', 'period_ends_at', 'cancel_at',
    'cancel_at_period_end', 'canceled_at', 'ended_at', 'cancellation_feedback', 'cancellation_reason', 'quantity', 'amount', 'currency',
    'billing_interval', 'interval_count'
] -%}
with read_rows as (
    select
        business_id,
        file_name,
        {{ exported_columns(columns) }}
    from {{ source_rows('stripe_export', 'subscriptions') }}
),

subscriptions as (
    select
        *,
        {{ with_decimal_point('amount') }} as price
    from read_rows
)

select
    business_id,
    id,
    customer_id,
    status,
    created_at,
    started_at,
    trial_starts_at,
    trial_ends_at,
    period_ends_at,
    cancel_at,
    cancel_at_period_end,
    coalesce(
        ended_at,
        case when {{ ascii_lower('status') }} = 'canceled' then
            coalesce(case when {{ says_yes('cancel_at_period_end') }} then period_ends_at end, canceled_at, period_ends_at)
        end
    ) as ended_at,
    replace({{ ascii_lower('coalesce(cancellation_feedback, cancellation_reason)') }}, ' ', '_') as reason,
    quantity,
    {{ in_smallest_unit('price', 'currency') }} as unit_amount,
    currency,
    billing_interval,
    interval_count,
    {{ copy_number(
        ['id'],
        ['status', 'ended_at', 'canceled_at', 'period_ends_at', 'cancel_at_period_end', 'amount', 'quantity', 'billing_interval'],
        flags=[], latest_by=['file_name'],
    ) }} as copy_number
from subscriptions
