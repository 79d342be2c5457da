{{ config(materialized='incremental', incremental_strategy=strategy('delete+insert'), unique_key='row_hash') }}
{%- set reasons = identity_reasons(['business_id', 'from_customer_id', 'into_customer_id']) + [
    ('merged_at is null and not lacks_merged_at', 'invalid_merged_at'),
    ('loaded_at is null', 'invalid_loaded_at'),
    ('from_customer_id = into_customer_id', 'merge_into_self'),
] -%}
with landed {{ read_once() }} (
    {{ rows_to_validate('customer_merges', ['business_id', 'from_customer_id']) }}
),

cleaned {{ not_materialized() }} (
    select
        row_hash,
        {{ trim_to_null('business_id') }} as business_id,
        {{ trim_id('from_customer_id') }} as from_customer_id,
        {{ trim_id('into_customer_id') }} as into_customer_id,
        {{ trim_to_null('merged_at') }} as merged_at_text,
        merged_at is null as lacks_merged_at,
        {{ trim_to_null('loaded_at') }} as loaded_at_text,
        malformed_line,
        validated_in
    from landed
),

duplicates as (
    {{ duplicate_keys('cleaned', ['business_id', 'from_customer_id']) }}
),

parsed {{ not_materialized() }} (
    select
        cleaned.*,
        businesses.business_id as known_business_id,
        duplicates.key_hash is not null as has_duplicates,
        {{ parse_time('merged_at_text', 'businesses') }} as merged_at,
        {{ parse_time('loaded_at_text', 'businesses') }} as loaded_at
    from cleaned
    left join {{ ref('stg_businesses') }} as businesses on cleaned.business_id = businesses.business_id
    left join duplicates on {{ row_hash_in_query(['cleaned.business_id', 'cleaned.from_customer_id']) }} = duplicates.key_hash
),

typed {{ not_materialized() }} (
    select
        *,
        {{ first_reason(reasons) }} as own_rejection_reason
    from parsed
),

with_status as (
    {{ deduplicated(
        'typed',
        ['business_id', 'from_customer_id'],
        latest_by=['merged_at', 'loaded_at'],
        columns=['into_customer_id'],
        texts=['into_customer_id'],
    ) }}
)

select
    row_hash,
    business_id,
    from_customer_id,
    into_customer_id,
    merged_at,
    loaded_at,
    validated_in,
    row_status,
    rejection_reason
from with_status
