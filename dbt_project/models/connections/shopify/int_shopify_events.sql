{%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
with events as (
    select
        business_id,
        order_id || ':ordered' as event_id,
        customer_id,
        {{ first_reason([
            ('not_counted_because is null', 'order'),
            ("not_counted_because = 'deleted'", 'deleted'),
            ('true', 'order_not_counted'),
        ]) }} as event_name,
        ordered_at as occurred_at,
        case when not_counted_because is null then amount end as amount,
        case when not_counted_because is null then currency end as currency,
        synced_at
    from {{ ref('int_shopify_orders') }}
    union all
    select
        business_id,
        refund_id || ':refunded' as event_id,
        customer_id,
        {{ first_reason([
            ('not_counted_because is null', 'refund'),
            ("not_counted_because = 'deleted'", 'deleted'),
            ("not_counted_because = 'refund_not_made'", 'refund_not_made'),
            ('true', 'refund_not_counted'),
        ]) }} as event_name,
        refunded_at as occurred_at,
        case when not_counted_because is null then amount end as amount,
        case when not_counted_because is null then currency end as currency,
        synced_at
    from {{ ref('int_shopify_refunds') }}
)

select
    event_id,
    business_id,
    customer_id,
    event_name,
    occurred_at,
    amount,
    currency,
    {{ nothing }} as reason,
    {{ nothing }} as voids_event_id,
    {{ nothing }} as contract_id,
    {{ nothing }} as covers_until,
    {{ time_text('synced_at') }} as loaded_at
from events
