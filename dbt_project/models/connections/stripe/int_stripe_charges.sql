with read_charges as (
    select
        business_id,
        id as charge_id,
        customer_id,
        invoice_id,
        payment_intent_id,
        {{ ascii_lower('status') }} as status,
        coalesce({{ parse_boolean('livemode') }}, true) as is_live,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', 'charge') }}
    where id is not null
),

charges as (
    select
        read_charges.*,
        {{ parse_time('read_charges.synced', 'businesses') }} as synced_at
    from read_charges
    left join {{ ref('stg_businesses') }} as businesses on read_charges.business_id = businesses.business_id
),

numbered as (
    select
        *,
        {{ copy_number(['charge_id'], ['customer_id', 'invoice_id', 'payment_intent_id', 'status'], flags=['not is_live']) }} as copy_number
    from charges
),

invoices_of_charges as (
    select business_id, charge_id, min(invoice_id) as invoice_id
    from {{ ref('int_stripe_invoices') }}
    where charge_id is not null
    group by business_id, charge_id
),

invoices_of_payments as (
    select business_id, payment_intent_id, min(invoice_id) as invoice_id
    from {{ ref('int_stripe_invoices') }}
    where payment_intent_id is not null
    group by business_id, payment_intent_id
)

select
    numbered.business_id,
    numbered.charge_id,
    numbered.customer_id,
    coalesce(numbered.invoice_id, invoices_of_charges.invoice_id, invoices_of_payments.invoice_id) as invoice_id,
    numbered.payment_intent_id,
    numbered.status,
    numbered.is_live,
    numbered.synced_at
from numbered
left join invoices_of_charges
    on numbered.business_id = invoices_of_charges.business_id and numbered.charge_id = invoices_of_charges.charge_id
left join invoices_of_payments
    on numbered.business_id = invoices_of_payments.business_id and numbered.payment_intent_id = invoices_of_payments.payment_intent_id
where numbered.copy_number = 1
