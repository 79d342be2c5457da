{%- set reasons = [
    ("source_rows.id is null", 'missing_id'),
    ("source_rows.copy_number > 1", 'superseded'),
    ("orders.not_counted_because = 'deleted' or refunds.not_counted_because = 'deleted' or parts.is_deleted", 'deleted'),
    ("orders.not_counted_because = 'test_order'", 'test_order'),
    ("orders.not_counted_because = 'cancelled'", 'cancelled'),
    ("orders.not_counted_because = 'not_paid'", 'not_paid'),
    ("orders.not_counted_because = 'nothing_to_pay'", 'nothing_to_pay'),
    ("source_rows.source_table = 'refund' and refunds.refund_id is null", 'without_order'),
    ("refunds.not_counted_because = 'order_not_counted'", 'order_not_counted'),
    ("refunds.not_counted_because = 'refund_not_made'", 'refund_not_made'),
    ("parts.source_table = 'transaction' and coalesce(parts.kind <> 'refund', true)", 'no_refund'),
    ("parts.is_test", 'test_order'),
    ("parts.part_id is not null and refunds_of_parts.refund_id is null", 'without_refund'),
    ("not parts.is_made", 'refund_not_made'),
    ("refunds_of_parts.not_counted_because is not null", 'refund_not_counted'),
    ("refunds_of_parts.amount_from = 'refund'", 'counted_by_refund'),
    ("parts.source_table <> 'transaction' and refunds_of_parts.amount_from = 'transaction'", 'counted_by_transaction'),
    ("parts.source_table = 'transaction' and refunds_of_parts.amount_from = 'lines'", 'counted_by_lines'),
] -%}
with judged as (
    select
        source_rows.business_id,
        source_rows.source_table,
        {{ first_reason(reasons) }} as reason
    from {{ ref('int_shopify_source_rows') }} as source_rows
    left join {{ ref('int_shopify_orders') }} as orders
        on source_rows.business_id = orders.business_id
        and source_rows.id = orders.order_id
        and source_rows.source_table = 'order'
    left join {{ ref('int_shopify_refunds') }} as refunds
        on source_rows.business_id = refunds.business_id
        and source_rows.id = refunds.refund_id
        and source_rows.source_table = 'refund'
    left join {{ ref('int_shopify_refund_parts') }} as parts
        on source_rows.business_id = parts.business_id
        and source_rows.id = parts.part_id
        and source_rows.source_table = parts.source_table
    left join {{ ref('int_shopify_refunds') }} as refunds_of_parts
        on parts.business_id = refunds_of_parts.business_id
        and parts.refund_id = refunds_of_parts.refund_id
)

{{ outcomes('judged') }}
