{%- set is_payment = "source_table = 'transaction'" -%}
{%- set counts = "not is_deleted and (source_table <> 'transaction' or (kind = 'refund' and not is_test))" -%}
with read_refunds as (
    select
        business_id,
        id as refund_id,
        order_id,
        {{ utc_text('coalesce(processed_at, created_at)') }} as refunded_at,
        total_refunded_set_shop_amount as total,
        total_refunded_set_shop_currency_code as currency,
        {{ says_yes('_fivetran_deleted') }} as is_deleted,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('shopify', 'refund') }}
    where id is not null
),

refunds as (
    select
        read_refunds.*,
        {{ parse_time('read_refunds.synced', 'businesses') }} as synced_at
    from read_refunds
    left join {{ ref('stg_businesses') }} as businesses on read_refunds.business_id = businesses.business_id
),

numbered as (
    select
        *,
        {{ copy_number(['refund_id'], ['order_id', 'refunded_at', 'total', 'currency']) }} as copy_number
    from refunds
),

sums as (
    select
        business_id,
        refund_id,
        {{ is_payment }} as is_payment,
        sum(case when {{ counts }} then 1 else 0 end) as parts,
        sum(case when {{ counts }} and is_made then 1 else 0 end) as made_parts,
        max(case when {{ counts }} and is_made then unreadable_amount end) as unreadable_amount,
        sum(case when {{ counts }} and is_made and amount is null then 1 else 0 end) as unknown_parts,
        sum(case when {{ counts }} and is_made then amount else 0 end) as amount,
        min(case when {{ counts }} then currency end) as first_currency,
        max(case when {{ counts }} then currency end) as last_currency,
        max(synced_at) as synced_at
    from {{ ref('int_shopify_refund_parts') }}
    where refund_id is not null
    group by business_id, refund_id, {{ is_payment }}
),

sums_as_text as (
    select
        *,
        case
            when unreadable_amount is not null then unreadable_amount
            when unknown_parts = 0 and made_parts > 0 then cast(cast(greatest(amount, 0) as decimal(38, 4)) as {{ dbt.type_string() }})
        end as amount_text
    from sums
),

with_orders as (
    select
        numbered.*,
        orders.customer_id,
        orders.currency as order_currency,
        orders.not_counted_because is not null as is_of_uncounted_order,
        lines.amount_text as line_amount,
        payments.amount_text as payment_amount,
        payments.made_parts,
        coalesce(payments.last_currency, orders.currency) as payment_currency,
        case
            when numbered.total is not null then 'refund'
            when coalesce(payments.parts, 0) = 0 then 'lines'
            when coalesce(lines.parts, 0) = 0 then 'transaction'
            when payments.first_currency <> {{ ascii_lower('orders.currency') }} or payments.last_currency <> {{ ascii_lower('orders.currency') }} then 'lines'
            else 'transaction'
        end as amount_from,
        greatest(numbered.synced_at, orders.synced_at, lines.synced_at, payments.synced_at) as last_synced_at
    from numbered
    inner join {{ ref('int_shopify_orders') }} as orders on numbered.business_id = orders.business_id and numbered.order_id = orders.order_id
    left join sums_as_text as lines
        on numbered.business_id = lines.business_id and numbered.refund_id = lines.refund_id and not lines.is_payment
    left join sums_as_text as payments
        on numbered.business_id = payments.business_id and numbered.refund_id = payments.refund_id and payments.is_payment
    where numbered.copy_number = 1
)

select
    business_id,
    refund_id,
    order_id,
    customer_id,
    refunded_at,
    case amount_from when 'refund' then total when 'transaction' then payment_amount else line_amount end as amount,
    case amount_from when 'refund' then coalesce(currency, order_currency) when 'transaction' then payment_currency else order_currency end as currency,
    amount_from,
    {{ first_reason([
        ('is_deleted', 'deleted'),
        ('is_of_uncounted_order', 'order_not_counted'),
        ("amount_from = 'transaction' and made_parts = 0", 'refund_not_made'),
    ]) }} as not_counted_because,
    last_synced_at as synced_at
from with_orders
