{%- set columns = ['id', 'customer_id', 'invoice_id', 'status', 'captured', 'mode', 'created_at', 'amount', 'currency', 'amount_refunded', 'refunded_at'] -%}
with read_rows as (
    select
        business_id,
        file_name,
        {{ exported_columns(columns) }}
    from {{ source_rows('stripe_export', 'payments') }}
),

as_texts as (
    select
        read_rows.*,
        {{ with_decimal_point('read_rows.amount') }} as amount_text,
        {{ with_decimal_point('read_rows.amount_refunded') }} as refunded_text,
        {{ ascii_lower('coalesce(read_rows.currency, businesses.currency)') }} as unit_of,
        {{ utc_text('read_rows.created_at') }} as created_text,
        businesses.timezone,
        businesses.naive_times
    from read_rows
    left join {{ ref('stg_businesses') }} as businesses on read_rows.business_id = businesses.business_id
),

payments as (
    select
        as_texts.business_id,
        as_texts.id,
        as_texts.customer_id,
        {{ in_smallest_unit('as_texts.amount_text', 'as_texts.unit_of') }} as units,
        {{ in_smallest_unit('as_texts.refunded_text', 'as_texts.unit_of') }} as units_refunded,
        as_texts.currency,
        as_texts.created_at,
        coalesce(as_texts.refunded_at, as_texts.created_at) as refunded_at,
        coalesce({{ ascii_lower('as_texts.status') }} in ('paid', 'succeeded', 'refunded', 'partially refunded', 'partial refund'), false)
        and coalesce({{ parse_boolean('as_texts.captured') }}, true) as is_paid,
        coalesce({{ ascii_lower('as_texts.mode') }} <> 'test', true) as is_live,
        as_texts.invoice_id is not null or max(as_texts.invoice_id) over (partition by as_texts.business_id) is null as has_invoice,
        {{ parse_time('as_texts.created_text', 'as_texts') }} as created_at_utc,
        row_number() over (
            partition by as_texts.business_id, as_texts.id
            order by
                as_texts.file_name desc,
                {{ binary_collation('concat_ws(chr(31), as_texts.status, as_texts.amount, as_texts.amount_refunded, as_texts.created_at, as_texts.customer_id)') }}
        ) as copy_number
    from as_texts
),

subscription_texts as (
    select
        subscriptions.business_id,
        subscriptions.customer_id,
        subscriptions.id,
        {{ utc_text('coalesce(subscriptions.trial_ends_at, subscriptions.started_at, subscriptions.created_at)') }} as paid_from_text,
        {{ utc_text('subscriptions.ended_at') }} as ended_text,
        businesses.timezone,
        businesses.naive_times
    from {{ ref('int_stripe_export_subscriptions') }} as subscriptions
    left join {{ ref('stg_businesses') }} as businesses on subscriptions.business_id = businesses.business_id
    where subscriptions.copy_number = 1 and {{ ascii_lower('subscriptions.status') }} not in ('incomplete', 'incomplete_expired', 'trialing', 'paused')
),

subscriptions as (
    select
        subscription_texts.business_id,
        subscription_texts.customer_id,
        subscription_texts.id,
        {{ parse_time('subscription_texts.paid_from_text', 'subscription_texts') }} as paid_from,
        {{ parse_time('subscription_texts.ended_text', 'subscription_texts') }} as ended_at
    from subscription_texts
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
