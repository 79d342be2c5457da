-- An invoice that names no subscription, as in Stripe's API since 2025, is of the one that its lines name.
with read_invoices as (
    select
        business_id,
        id as invoice_id,
        customer_id,
        subscription_id,
        charge_id,
        payment_intent_id,
        coalesce({{ ascii_lower('status') }}, case when {{ says_yes('paid') }} then 'paid' end) as status,
        case when {{ says_yes('paid_out_of_band') }} and {{ parse_number('amount_paid', 'decimal(18, 4)') }} = 0 then amount_due else amount_paid end as units_paid,
        currency,
        {{ parse_number('subtotal', 'decimal(18, 4)') }} as subtotal,
        {{ parse_number('coalesce(total_excluding_tax, total)', 'decimal(18, 4)') }}
            - case when total_excluding_tax is null then coalesce({{ parse_number('tax', 'decimal(18, 4)') }}, 0) else 0 end as net_total,
        {{ utc_text('created') }} as created_at,
        {{ utc_text('coalesce(status_transitions_paid_at, created)') }} as paid_at,
        {{ says_yes('is_deleted') }} or {{ says_yes('_fivetran_deleted') }} as is_deleted,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', 'invoice') }}
    where id is not null and coalesce({{ parse_boolean('livemode') }}, true)
),

read_lines as (
    select
        business_id,
        invoice_id,
        case when not {{ says_yes('_fivetran_deleted') }} then subscription_id end as subscription_id,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', 'invoice_line_item') }}
),

lines_together as (
    select
        read_lines.business_id,
        read_lines.invoice_id,
        min({{ binary_collation('read_lines.subscription_id') }}) as subscription_id,
        max({{ parse_time('read_lines.synced', 'businesses') }}) as synced_at
    from read_lines
    left join {{ ref('stg_businesses') }} as businesses on read_lines.business_id = businesses.business_id
    group by read_lines.business_id, read_lines.invoice_id
),

typed as (
    select
        read_invoices.*,
        {{ ascii_lower('coalesce(read_invoices.currency, businesses.currency)') }} as unit_of,
        {{ parse_number('read_invoices.units_paid', 'decimal(18, 4)') }} as number_of_units,
        {{ parse_time('read_invoices.paid_at', 'businesses') }} as paid_at_utc,
        {{ parse_time('read_invoices.synced', 'businesses') }} as synced_at,
        lines_together.subscription_id as subscription_of_lines,
        lines_together.synced_at as lines_synced_at
    from read_invoices
    left join {{ ref('stg_businesses') }} as businesses on read_invoices.business_id = businesses.business_id
    left join lines_together on read_invoices.business_id = lines_together.business_id and read_invoices.invoice_id = lines_together.invoice_id
),

numbered as (
    select
        *,
        {{ copy_number(
            ['invoice_id'],
            ['status', 'units_paid', 'currency', 'paid_at', 'created_at', 'customer_id', 'subscription_id', 'charge_id', 'payment_intent_id'],
        ) }} as copy_number
    from typed
)

select
    business_id,
    invoice_id,
    customer_id,
    coalesce(subscription_id, subscription_of_lines) as subscription_id,
    charge_id,
    payment_intent_id,
    status,
    case
        when number_of_units is null then units_paid
        else cast(cast({{ of_smallest_unit('number_of_units', 'unit_of') }} as decimal(18, 4)) as {{ dbt.type_string() }})
    end as amount_paid,
    currency,
    subtotal,
    net_total,
    created_at,
    paid_at,
    paid_at_utc,
    not is_deleted and coalesce(status = 'paid', false) and coalesce(number_of_units > 0, true) as is_paid,
    is_deleted,
    case when subscription_id is null then greatest(synced_at, lines_synced_at) else synced_at end as synced_at
from numbered
where copy_number = 1
