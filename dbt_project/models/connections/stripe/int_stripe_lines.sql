-- An invoice's discounts and its tax are spread over its lines in proportion to their amounts. Items of an invoice that are charged once are no lines of
-- its subscription.
with read_lines as (
    select
        business_id,
        id as line_id,
        invoice_id,
        subscription_id,
        subscription_item_id,
        coalesce(price_id, plan_id) as price_id,
        {{ utc_text('period_start') }} as period_start,
        {{ utc_text('period_end') }} as period_end,
        {{ parse_number('amount', 'decimal(18, 4)') }} as amount,
        {{ ascii_lower('currency') }} as currency,
        {{ says_yes('proration') }} as is_proration,
        coalesce({{ ascii_lower('type') }} = 'invoiceitem', false) as is_charged_once,
        {{ says_yes('_fivetran_deleted') }} as is_deleted,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', 'invoice_line_item') }}
    where id is not null and coalesce({{ parse_boolean('livemode') }}, true)
),

copies as (
    select
        read_lines.*,
        {{ parse_time('read_lines.synced', 'businesses') }} as line_synced_at
    from read_lines
    left join {{ ref('stg_businesses') }} as businesses on read_lines.business_id = businesses.business_id
),

numbered as (
    select
        *,
        {{ copy_number(
            ['invoice_id', 'line_id'],
            ['amount', 'subscription_id', 'subscription_item_id', 'price_id', 'period_start', 'period_end', 'currency'],
            flags=['is_deleted', 'is_proration'], latest_by=['line_synced_at'],
        ) }} as copy_number
    from copies
),

typed as (
    select
        read_lines.business_id,
        read_lines.line_id,
        coalesce(read_lines.subscription_id, invoices.subscription_id) as subscription_id,
        coalesce(read_lines.subscription_item_id, read_lines.subscription_id, invoices.subscription_id) as item_id,
        read_lines.price_id,
        invoices.customer_id,
        coalesce(read_lines.currency, {{ ascii_lower('invoices.currency') }}, {{ ascii_lower('businesses.currency') }}) as currency,
        {{ parse_date('read_lines.period_start', 'businesses') }} as starts_on,
        {{ parse_date('read_lines.period_end', 'businesses') }} as ends_on,
        read_lines.amount * case
            when invoices.subtotal > 0 and invoices.net_total between 0 and invoices.subtotal then invoices.net_total / invoices.subtotal
            else 1
        end as net_amount,
        not read_lines.is_deleted and not invoices.is_deleted
            and coalesce(invoices.status not in ('draft', 'void', 'uncollectible', 'deleted'), true) as is_valid,
        greatest(invoices.synced_at, read_lines.line_synced_at) as synced_at
    from numbered as read_lines
    inner join {{ ref('int_stripe_invoices') }} as invoices
        on read_lines.business_id = invoices.business_id and read_lines.invoice_id = invoices.invoice_id
    left join {{ ref('stg_businesses') }} as businesses on read_lines.business_id = businesses.business_id
    where read_lines.copy_number = 1 and not read_lines.is_proration and not read_lines.is_charged_once
),

priced as (
    select
        typed.business_id,
        typed.line_id,
        typed.subscription_id,
        typed.item_id,
        typed.customer_id,
        typed.currency,
        typed.starts_on,
        typed.ends_on,
        typed.is_valid and typed.ends_on > typed.starts_on and typed.net_amount is not null as is_valid,
        -- Without its price, a line is for the months that its period has.
        typed.net_amount * coalesce(prices.a_year, 12) / (12 * coalesce(prices.interval_count, {{ months_of_days('typed.starts_on', 'typed.ends_on') }})) as units_a_month,
        greatest(typed.synced_at, prices.synced_at) as synced_at
    from typed
    left join {{ ref('int_stripe_prices') }} as prices
        on typed.business_id = prices.business_id and typed.price_id = prices.price_id
)

select
    business_id,
    line_id,
    subscription_id,
    item_id,
    customer_id,
    currency,
    starts_on,
    ends_on,
    coalesce(is_valid and abs(units_a_month) < 99999999999999, false) as is_valid,
    cast(case when abs(units_a_month) < 99999999999999 then {{ of_smallest_unit('units_a_month', 'currency') }} end as decimal(18, 4)) as monthly_amount,
    synced_at
from priced
where subscription_id is not null and starts_on is not null
