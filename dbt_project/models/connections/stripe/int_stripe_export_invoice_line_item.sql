{%- set count = "greatest(1, coalesce(" ~ parse_number('subscriptions.interval_count', 'decimal(18, 4)') ~ ", 1))" -%}
with payments as (
    select
        payments.business_id,
        payments.id,
        payments.created_at_utc,
        {{ ascii_lower('subscriptions.billing_interval') }} as billing_interval,
        cast({{ count }} as integer) as interval_count
    from {{ ref('int_stripe_export_payments') }} as payments
    inner join {{ ref('int_stripe_export_subscriptions') }} as subscriptions
        on payments.business_id = subscriptions.business_id and payments.subscription_id = subscriptions.id
    where payments.copy_number = 1 and subscriptions.copy_number = 1 and payments.is_paid and payments.is_live
),

periods as (
    select
        business_id,
        id,
        case billing_interval
            when 'year' then created_at_utc + interval_count * interval '1' year
            when 'month' then created_at_utc + interval_count * interval '1' month
            when 'week' then created_at_utc + 7 * interval_count * interval '1' day
            when 'day' then created_at_utc + interval_count * interval '1' day
        end as ends_at
    from payments
)

-- What is charged once makes no contract.
select
    business_id,
    id,
    id as invoice_id,
    'invoiceitem' as type,
    {{ time_text('ends_at') }} as period_end,
    1 as copy_number
from periods
