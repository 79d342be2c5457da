{{ config(materialized='incremental', incremental_strategy=replaces_keys(), unique_key='row_hash') }}
{%- set reasons = identity_reasons(['event_id', 'business_id', 'customer_id', 'event_name']) + [
    ('kind is null', 'unmapped_event_name'),
    ("kind = 'void' and voids_event_id is null", 'missing_voids_event_id'),
    ('occurred_at is null', 'invalid_occurred_at'),
    ('amount_text is not null and amount is null', 'invalid_amount'),
    ("kind in ('purchase', 'refund') and amount < 0", 'invalid_amount'),
    ('loaded_at is null', 'invalid_loaded_at'),
    ('currency <> business_currency', 'foreign_currency'),
] -%}
with cleaned {{ inlined() }} (
    select
        row_hash,
        {{ clean('event_id') }} as event_id,
        {{ clean('business_id') }} as business_id,
        {{ clean('customer_id') }} as customer_id,
        {{ clean('event_name') }} as event_name,
        {{ clean('occurred_at') }} as occurred_at_text,
        {{ clean('amount') }} as amount_text,
        {{ clean('currency') }} as currency,
        {{ clean('reason') }} as reason,
        {{ clean('voids_event_id') }} as voids_event_id,
        {{ clean('loaded_at') }} as loaded_at_text,
        malformed_line,
        judged_in
    from {{ ref('landed_events_this_run') }}
),

{{ repeated_keys(['business_id', 'event_id']) }},

parsed {{ inlined() }} (
    select
        cleaned.*,
        businesses.business_id as known_business_id,
        repeated.key_hash is not null as has_copies,
        businesses.currency as business_currency,
        kinds.kind,
        {{ parse_time('occurred_at_text', 'businesses.timezone') }} as occurred_at,
        {{ parse_number('amount_text', 'decimal(18, 4)') }} as amount,
        {{ parse_time('loaded_at_text', 'businesses.timezone') }} as loaded_at
    from cleaned
    left join {{ ref('stg_businesses') }} as businesses on cleaned.business_id = businesses.business_id
    left join repeated on {{ fleeting_hash(['cleaned.business_id', 'cleaned.event_id']) }} = repeated.key_hash
    left join {{ ref('stg_event_kinds') }} as kinds
        on cleaned.business_id = kinds.business_id and cleaned.event_name = kinds.event_name
),

typed {{ inlined() }} (
    select
        row_hash,
        event_id,
        business_id,
        customer_id,
        event_name,
        kind,
        occurred_at,
        amount,
        currency,
        reason,
        voids_event_id,
        loaded_at,
        judged_in,
        has_copies,
        {{ first_reason(reasons) }} as rejected_because
    from parsed
),

{{ judge_copies(['business_id', 'event_id'], ['loaded_at'],
    ['customer_id', 'event_name', 'occurred_at', 'amount', 'currency', 'reason', 'voids_event_id'],
    texts=['customer_id', 'event_name', 'currency', 'reason', 'voids_event_id']) }}

select
    row_hash,
    event_id,
    business_id,
    customer_id,
    cast(kind as {{ kind_type() }}) as kind,
    occurred_at,
    amount,
    reason,
    voids_event_id,
    judged_in,
    verdict,
    reason_rejected
from judged
