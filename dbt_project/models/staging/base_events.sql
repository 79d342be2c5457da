{{ config(materialized='incremental', incremental_strategy=strategy('delete+insert'), unique_key='row_hash') }}
{%- set reasons = identity_reasons(['event_id', 'business_id', 'customer_id', 'event_name']) + [
    ('kind is null', 'unmapped_event_name'),
    ("kind = 'void' and voids_event_id is null", 'missing_voids_event_id'),
    ('occurred_at is null', 'invalid_occurred_at'),
    ('loaded_at is null', 'invalid_loaded_at'),
] -%}
with landed {{ read_once() }} (
    {{ rows_to_validate('events', ['business_id', 'event_id']) }}
),

cleaned {{ not_materialized() }} (
    select
        row_hash,
        {{ trim_to_null('event_id') }} as event_id,
        {{ trim_to_null('business_id') }} as business_id,
        {{ trim_id('customer_id') }} as customer_id,
        {{ trim_to_null('event_name') }} as event_name,
        {{ trim_to_null('occurred_at') }} as occurred_at_text,
        {{ trim_to_null('amount') }} as amount_text,
        {{ ascii_lower(trim_to_null('currency')) }} as currency,
        {{ trim_to_null('reason') }} as reason,
        {{ trim_to_null('voids_event_id') }} as voids_event_id,
        {{ trim_to_null('contract_id') }} as contract_id,
        {{ trim_to_null('covers_until') }} as covers_until_text,
        {{ trim_to_null('loaded_at') }} as loaded_at_text,
        malformed_line,
        validated_in
    from landed
),

duplicates as (
    {{ duplicate_keys('cleaned', ['business_id', 'event_id']) }}
),

parsed {{ not_materialized() }} (
    select
        cleaned.*,
        businesses.business_id as known_business_id,
        duplicates.key_hash is not null as has_duplicates,
        {{ ascii_lower('businesses.currency') }} as business_currency,
        kinds.kind as mapped_kind,
        kinds.kind_if_zero,
        {{ parse_time('occurred_at_text', 'businesses') }} as occurred_at,
        {{ parse_number('amount_text', 'decimal(18, 4)') }} as amount_read,
        {{ parse_date('covers_until_text', 'businesses') }} as covers_until,
        {{ parse_time('loaded_at_text', 'businesses') }} as loaded_at
    from cleaned
    left join {{ ref('stg_businesses') }} as businesses on cleaned.business_id = businesses.business_id
    left join duplicates on {{ row_hash_in_query(['cleaned.business_id', 'cleaned.event_id']) }} = duplicates.key_hash
    left join {{ ref('stg_event_kinds') }} as kinds
        on cleaned.business_id = kinds.business_id and cleaned.event_name = kinds.event_name
),

with_kinds {{ not_materialized() }} (
    select *, case when amount_read = 0 then coalesce(kind_if_zero, mapped_kind) else mapped_kind end as kind
    from parsed
),

with_dropped_amounts {{ not_materialized() }} (
    select
        *,
        {{ first_reason([
            ('amount_text is null', none),
            ('amount_read is null', 'invalid_amount'),
            ("kind = 'purchase' and amount_read < 0", 'negative_amount'),
            ('currency <> business_currency', 'foreign_currency'),
        ]) }} as amount_dropped
    from with_kinds
),

typed {{ not_materialized() }} (
    select
        *,
        case when amount_dropped is null then case when kind = 'refund' then abs(amount_read) else amount_read end end as amount,
        {{ dropped('covers_until') }},
        {{ first_reason(reasons) }} as own_rejection_reason
    from with_dropped_amounts
),

with_status as (
    {{ deduplicated(
        'typed',
        ['business_id', 'event_id'],
        latest_by=['loaded_at'],
        columns=['customer_id', 'event_name', 'occurred_at', 'amount', 'currency', 'reason', 'voids_event_id', 'contract_id', 'covers_until'],
        texts=['customer_id', 'event_name', 'currency', 'reason', 'voids_event_id', 'contract_id'],
        droppable=['amount', 'covers_until'],
    ) }}
)

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
    contract_id,
    covers_until,
    amount_dropped,
    covers_until_dropped,
    validated_in,
    row_status,
    rejection_reason
from with_status
