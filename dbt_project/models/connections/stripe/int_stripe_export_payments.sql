{%- set columns = ['id', 'customer_id', 'invoice_id', 'status', 'captured', 'mode', 'created_at', 'amount', 'currency', 'amount_refunded', 'refunded_at'] -%}
with read_rows as (
    select
        business_id,
        file_name,
        {{ exported_columns(columns) }}
    from {{ source_rows('stripe_export', 'payments') }}
),

payments as (
    select
        read_rows.business_id,
        read_rows.id,
        read_rows.customer_id,
        {{ in_smallest_unit('read_rows.amount', 'coalesce(read_rows.currency, businesses.currency)') }} as units,
        {{ in_smallest_unit('read_rows.amount_refunded', 'coalesce(read_rows.currency, businesses.currency)') }} as units_refunded,
        read_rows.currency,
        read_rows.created_at,
        coalesce(read_rows.refunded_at, read_rows.created_at) as refunded_at,
        coalesce({{ ascii_lower('read_rows.status') }} in ('paid', 'succeeded', 'refunded', 'partially refunded', 'partial refund'), false)
        and coalesce({{ parse_boolean('read_rows.captured') }}, true) as is_paid,
        coalesce({{ ascii_lower('read_rows.mode') }} <> 'test', true) as is_live,
        read_rows.invoice_id is not null or max(read_rows.invoice_id) over (partition by read_rows.business_id) is null as has_invoice,
        {{ parse_time(utc_text('read_rows.created_at'), 'businesses') }} as created_at_utc,
        row_number() over (
            partition by read_rows.business_id, read_rows.id
            order by
                read_rows.file_name desc,
                {{ binary_collation('concat_ws(chr(31), read_rows.status, read_rows.amount, read_rows.amount_refunded, read_rows.created_at, read_rows.customer_id)') }}
        ) as copy_number
    from read_rows
    left join {{ ref('stg_businesses') }} as businesses on read_rows.business_id = businesses.business_id
),

subscriptions as (
    select
        subscriptions.business_id,
        subscriptions.customer_id,
        subscriptions.id,
        {{ parse_time(utc_text('coalesce(subscriptions.trial_ends_at, subscriptions.started_at, subscriptions.created_at)'), 'businesses') }} as paid_from,
        {{ parse_time(utc_text('subscriptions.ended_at'), 'businesses') }} as ended_at
    from {{ ref('int_stripe_export_subscriptions') }} as subscriptions
    left join {{ ref('stg_businesses') }} as businesses on subscriptions.business_id = businesses.business_id
    where subscriptions.copy_number = 1 and {{ ascii_lower('subscriptions.status') }} not in ('incomplete', 'incomplete_expired', 'trialing', 'paused')
),

-- A subscription is paid in advance: not in its trial, and not when it ends.
subscriptions_of_payments as (
    select
        payments.business_id,
        payments.id,
        case when count(*) = 1 then max(subscriptions.id) end as subscription_id
    from payments
    inner join subscriptions
        on
            payments.business_id = subscriptions.business_id
            and payments.customer_id = subscriptions.customer_id
            and payments.created_at_utc >= subscriptions.paid_from
            and coalesce(payments.created_at_utc < subscriptions.ended_at, true)
    where payments.copy_number = 1 and payments.has_invoice
    group by payments.business_id, payments.id
)

select
    payments.*,
    subscriptions_of_payments.subscription_id
from payments
left join subscriptions_of_payments
    on payments.business_id = subscriptions_of_payments.business_id and payments.id = subscriptions_of_payments.id
