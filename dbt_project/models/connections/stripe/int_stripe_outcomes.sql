{%- set reasons = [
    ("source_rows.id is null", 'missing_id'),
    ("not source_rows.is_live or not coalesce(refunds.is_live, true)", 'test_mode'),
    ("source_rows.copy_number > 1", 'superseded'),
    ("source_rows.is_deleted", 'deleted'),
    ("subscriptions.is_incomplete", 'incomplete'),
    ("source_rows.source_table = 'invoice' and not invoices.is_paid", 'not_paid'),
    ("source_rows.source_table = 'subscription_item' and parents.subscription_id is null", 'without_subscription'),
    ("source_rows.source_table = 'invoice_line_item' and invoices_of_lines.invoice_id is null", 'without_invoice'),
    ("source_rows.is_proration", 'proration'),
    ("invoices_of_lines.is_deleted or invoices_of_lines.status in ('draft', 'void', 'uncollectible')", 'invoice_not_valid'),
    ("not refunds.is_made", 'refund_not_made'),
    ("source_rows.source_table = 'charge' and refunded_charges.charge_id is null and charges.invoice_id is not null", 'counted_by_invoice'),
    ("source_rows.source_table = 'charge' and refunded_charges.charge_id is null", 'charge_without_invoice'),
] -%}
with refunded_charges as (
    select distinct business_id, charge_id
    from {{ ref('int_stripe_refunds') }}
    where charge_id is not null
),

judged as (
    select
        source_rows.business_id,
        source_rows.source_table,
        {{ first_reason(reasons) }} as reason
    from {{ ref('int_stripe_source_rows') }} as source_rows
    left join {{ ref('int_stripe_subscriptions') }} as subscriptions
        on source_rows.business_id = subscriptions.business_id
        and source_rows.id = subscriptions.subscription_id
        and source_rows.source_table = 'subscription_history'
    left join {{ ref('int_stripe_subscriptions') }} as parents
        on source_rows.business_id = parents.business_id
        and source_rows.parent_id = parents.subscription_id
        and source_rows.source_table = 'subscription_item'
    left join {{ ref('int_stripe_invoices') }} as invoices
        on source_rows.business_id = invoices.business_id
        and source_rows.id = invoices.invoice_id
        and source_rows.source_table = 'invoice'
    left join {{ ref('int_stripe_invoices') }} as invoices_of_lines
        on source_rows.business_id = invoices_of_lines.business_id
        and source_rows.parent_id = invoices_of_lines.invoice_id
        and source_rows.source_table = 'invoice_line_item'
    left join {{ ref('int_stripe_charges') }} as charges
        on source_rows.business_id = charges.business_id
        and source_rows.id = charges.charge_id
        and source_rows.source_table = 'charge'
    left join refunded_charges
        on source_rows.business_id = refunded_charges.business_id
        and source_rows.id = refunded_charges.charge_id
        and source_rows.source_table = 'charge'
    left join {{ ref('int_stripe_refunds') }} as refunds
        on source_rows.business_id = refunds.business_id
        and source_rows.id = refunds.refund_id
        and source_rows.source_table = 'refund'
)

{{ outcomes('judged') }}
