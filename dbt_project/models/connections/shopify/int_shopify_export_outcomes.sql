{%- set reasons = [
    ("source_rows.id is null", 'missing_id'),
    ("source_rows.is_line_item", 'line_item'),
    ("source_rows.copy_number > 1", 'superseded'),
] -%}
with source_rows as (
    select business_id, 'orders' as source_table, id, is_line_item, copy_number
    from {{ ref('int_shopify_export_order') }}
    union all
    select business_id, 'customers' as source_table, id, false as is_line_item, copy_number
    from {{ ref('int_shopify_export_customer') }}
),

judged as (
    select
        source_rows.business_id,
        source_rows.source_table,
        coalesce({{ first_reason(reasons) }}, orders.not_counted_because) as reason
    from source_rows
    left join {{ ref('int_shopify_orders') }} as orders
        on source_rows.business_id = orders.business_id
        and source_rows.id = orders.order_id
        and source_rows.source_table = 'orders'
)

{{ outcomes('judged') }}
