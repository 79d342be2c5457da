{{ config(materialized='incremental', incremental_strategy=strategy('delete+insert'), unique_key='row_hash') }}
{%- set reasons = identity_reasons(['contract_id', 'business_id', 'customer_id']) + [
    ('starts_on is null', 'invalid_starts_on'),
    ('ends_on is null and ends_on_text is not null', 'invalid_ends_on'),
    ('ends_on < starts_on', 'ends_before_start'),
    ('coalesce(monthly_amount < 0, true)', 'invalid_monthly_amount'),
    ('currency <> business_currency', 'foreign_currency'),
    ('loaded_at is null', 'invalid_loaded_at'),
] -%}
with landed {{ read_once() }} (
    {{ rows_to_validate('contracts', ['business_id', 'contract_id']) }}
),

cleaned {{ not_materialized() }} (
    select
        row_hash,
        {{ trim_to_null('contract_id') }} as contract_id,
        {{ trim_to_null('business_id') }} as business_id,
        {{ trim_id('customer_id') }} as customer_id,
        {{ trim_to_null('starts_on') }} as starts_on_text,
        {{ trim_to_null('ends_on') }} as ends_on_text,
        {{ trim_to_null('monthly_amount') }} as monthly_amount_text,
        {{ ascii_lower(trim_to_null('currency')) }} as currency,
        {{ trim_to_null('loaded_at') }} as loaded_at_text,
        malformed_line,
        validated_in
    from landed
),

duplicates as (
    {{ duplicate_keys('cleaned', ['business_id', 'contract_id']) }}
),

parsed {{ not_materialized() }} (
    select
        cleaned.*,
        businesses.business_id as known_business_id,
        duplicates.key_hash is not null as has_duplicates,
        {{ ascii_lower('businesses.currency') }} as business_currency,
        {{ parse_date('starts_on_text', 'businesses') }} as starts_on,
        {{ parse_date('ends_on_text', 'businesses') }} as ends_on,
        {{ parse_number('monthly_amount_text', 'decimal(18, 4)') }} as monthly_amount,
        {{ parse_time('loaded_at_text', 'businesses') }} as loaded_at
    from cleaned
    left join {{ ref('stg_businesses') }} as businesses on cleaned.business_id = businesses.business_id
    left join duplicates on {{ row_hash_in_query(['cleaned.business_id', 'cleaned.contract_id']) }} = duplicates.key_hash
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
        ['business_id', 'contract_id'],
        latest_by=['loaded_at'],
        columns=['customer_id', 'starts_on', 'ends_on', 'monthly_amount', 'currency'],
        texts=['customer_id', 'currency'],
    ) }}
)

select
    row_hash,
    contract_id,
    business_id,
    customer_id,
    starts_on,
    ends_on,
    monthly_amount,
    validated_in,
    row_status,
    rejection_reason
from with_status
