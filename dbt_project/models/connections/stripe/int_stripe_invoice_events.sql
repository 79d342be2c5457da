with read_lines as (
    select
        business_id,
        invoice_id,
        {{ utc_text('period_end') }} as period_end,
        {{ says_yes('proration') }} or {{ says_yes('_fivetran_deleted') }} as is_no_period,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', 'invoice_line_item') }}
),

lines as (
    select
        read_lines.business_id,
        read_lines.invoice_id,
        case when not read_lines.is_no_period then {{ parse_date('read_lines.period_end', 'businesses') }} end as ends_on,
        {{ parse_time('read_lines.synced', 'businesses') }} as synced_at
    from read_lines
    left join {{ ref('stg_businesses') }} as businesses on read_lines.business_id = businesses.business_id
),

periods as (
    select
        business_id,
        invoice_id,
        max(ends_on) as ends_on,
        max(synced_at) as synced_at
    from lines
    group by business_id, invoice_id
),

invoices as (
    select
        invoices.business_id,
        invoices.invoice_id,
        invoices.customer_id,
        invoices.subscription_id,
        invoices.amount_paid,
        invoices.currency,
        invoices.created_at,
        invoices.paid_at,
        invoices.paid_at_utc,
        invoices.is_paid,
        invoices.is_deleted,
        -- What a subscription's invoice is depends on the others: those without a subscription are alone.
        coalesce(invoices.subscription_id, invoices.invoice_id) as paid_for,
        {{ add_days('periods.ends_on', -1) }} as covers_until,
        greatest(invoices.synced_at, periods.synced_at) as synced_at
    from {{ ref('int_stripe_invoices') }} as invoices
    left join periods on invoices.business_id = periods.business_id and invoices.invoice_id = periods.invoice_id
),

numbered as (
    select
        *,
        row_number() over (
            partition by business_id, paid_for, is_paid and paid_at_utc is not null
            order by paid_at_utc, {{ binary_collation('invoice_id') }}
        ) as place,
        max(synced_at) over (partition by business_id, paid_for) as last_synced_at
    from invoices
)

select
    business_id,
    invoice_id || ':paid' as event_id,
    customer_id,
    {{ first_reason([
        ('is_deleted', 'deleted'),
        ('not is_paid', 'invoice_not_paid'),
        ('subscription_id is not null and paid_at_utc is not null and place = 1', 'subscription_started'),
        ('true', 'invoice_paid'),
    ]) }} as event_name,
    case when is_paid then paid_at else created_at end as occurred_at,
    case when is_paid then amount_paid end as amount,
    case when is_paid then currency end as currency,
    subscription_id as contract_id,
    case when is_paid then {{ date_text('covers_until') }} end as covers_until,
    last_synced_at as synced_at
from numbered
