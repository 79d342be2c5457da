{%- set reasons = [
    ("source_rows.id is null", 'missing_id'),
    ("not source_rows.is_live", 'test_mode'),
    ("source_rows.copy_number > 1", 'superseded'),
    ("subscriptions.is_incomplete", 'incomplete'),
    ("charges.id is not null", none),
    ("not source_rows.has_invoice", 'charge_without_invoice'),
    ("source_rows.source_table = 'payments' and not invoices.is_paid", 'not_paid'),
] -%}
with source_rows as (
    select business_id, 'subscriptions' as source_table, id, true as is_live, true as has_invoice, copy_number
    from {{ ref('int_stripe_export_subscriptions') }}
    union all
    select business_id, 'payments' as source_table, id, is_live, has_invoice, copy_number
    from {{ ref('int_stripe_export_payments') }}
),

judged as (
    select
        source_rows.business_id,
        source_rows.source_table,
        {{ first_reason(reasons) }} as reason
    from source_rows
    left join {{ ref('int_stripe_subscriptions') }} as subscriptions
        on source_rows.business_id = subscriptions.business_id
        and source_rows.id = subscriptions.subscription_id
        and source_rows.source_table = 'subscriptions'
    left join {{ ref('int_stripe_invoices') }} as invoices
        on source_rows.business_id = invoices.business_id
        and source_rows.id = invoices.invoice_id
        and source_rows.source_table = 'payments'
    left join {{ ref('int_stripe_export_charge') }} as charges
        on source_rows.business_id = charges.business_id
        and source_rows.id = charges.id
        and source_rows.source_table = 'payments'
        and charges.copy_number = 1
)

{{ outcomes('judged') }}
