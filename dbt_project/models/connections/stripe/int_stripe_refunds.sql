with read_refunds as (
    select
        business_id,
        id as refund_id,
        charge_id,
        payment_intent_id,
        amount,
        currency,
        {{ ascii_lower('status') }} as status,
        {{ utc_text('created') }} as created_at,
        {{ says_yes('_fivetran_deleted') }} as is_deleted,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', 'refund') }}
    where id is not null
),

refunds as (
    select
        read_refunds.*,
        {{ ascii_lower('coalesce(read_refunds.currency, businesses.currency)') }} as unit_of,
        {{ parse_number('read_refunds.amount', 'decimal(18, 4)') }} as number_of_units,
        {{ parse_time('read_refunds.synced', 'businesses') }} as synced_at
    from read_refunds
    left join {{ ref('stg_businesses') }} as businesses on read_refunds.business_id = businesses.business_id
),

numbered as (
    select
        *,
        {{ copy_number(['refund_id'], ['status', 'amount', 'currency', 'created_at', 'charge_id', 'payment_intent_id']) }} as copy_number
    from refunds
),

-- Of a payment's attempts, the one that succeeded.
charges_of_payments as (
    select business_id, payment_intent_id, min(charge_id) as charge_id
    from {{ ref('int_stripe_charges') }}
    where status = 'succeeded' and payment_intent_id is not null
    group by business_id, payment_intent_id
),

with_charges as (
    select
        numbered.*,
        coalesce(numbered.charge_id, charges_of_payments.charge_id) as refunded_charge_id
    from numbered
    left join charges_of_payments
        on numbered.business_id = charges_of_payments.business_id and numbered.payment_intent_id = charges_of_payments.payment_intent_id
    where numbered.copy_number = 1
)

select
    with_charges.business_id,
    with_charges.refund_id,
    with_charges.refunded_charge_id as charge_id,
    coalesce(charges.customer_id, invoices.customer_id) as customer_id,
    invoices.subscription_id,
    case
        when with_charges.number_of_units is null then with_charges.amount
        else cast(cast({{ of_smallest_unit('with_charges.number_of_units', 'with_charges.unit_of') }} as decimal(18, 4)) as {{ dbt.type_string() }})
    end as amount,
    with_charges.currency,
    with_charges.created_at,
    coalesce(with_charges.status = 'succeeded', true) as is_made,
    with_charges.is_deleted,
    coalesce(charges.is_live, true) as is_live,
    greatest(with_charges.synced_at, charges.synced_at, invoices.synced_at) as synced_at
from with_charges
left join {{ ref('int_stripe_charges') }} as charges
    on with_charges.business_id = charges.business_id and with_charges.refunded_charge_id = charges.charge_id
left join {{ ref('int_stripe_invoices') }} as invoices
    on charges.business_id = invoices.business_id and charges.invoice_id = invoices.invoice_id
