{%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
with events as (
    select
        business_id, event_id, customer_id, event_name, occurred_at,
        {{ nothing }} as amount, {{ nothing }} as currency, reason, contract_id, {{ nothing }} as covers_until, synced_at
    from {{ ref('int_stripe_subscription_events') }}
    union all
    select
        business_id, event_id, customer_id, event_name, occurred_at,
        amount, currency, {{ nothing }} as reason, contract_id, covers_until, synced_at
    from {{ ref('int_stripe_invoice_events') }}
    union all
    select
        business_id,
        refund_id || ':refunded' as event_id,
        customer_id,
        {{ first_reason([('is_deleted', 'deleted'), ('is_made', 'refund'), ('true', 'refund_not_made')]) }} as event_name,
        created_at as occurred_at,
        case when is_made and not is_deleted then amount end as amount,
        case when is_made and not is_deleted then currency end as currency,
        {{ nothing }} as reason,
        subscription_id as contract_id,
        {{ nothing }} as covers_until,
        synced_at
    from {{ ref('int_stripe_refunds') }}
    where is_live
)

select
    event_id,
    business_id,
    customer_id,
    event_name,
    occurred_at,
    amount,
    currency,
    reason,
    {{ nothing }} as voids_event_id,
    contract_id,
    covers_until,
    {{ time_text('synced_at') }} as loaded_at
from events
