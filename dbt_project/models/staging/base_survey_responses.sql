{{ config(materialized='incremental', incremental_strategy=strategy('delete+insert'), unique_key='row_hash') }}
{%- set reasons = identity_reasons(['response_id', 'business_id', 'customer_id']) + [
    ('answered_at is null', 'invalid_answered_at'),
    ("coalesce(survey, '') not in ('csat', 'nps')", 'invalid_survey'),
    ("coalesce(case survey when 'csat' then score between 1 and 5 when 'nps' then score between 0 and 10 end, false) = false", 'invalid_score'),
    ('loaded_at is null', 'invalid_loaded_at'),
] -%}
with landed {{ read_once() }} (
    {{ rows_to_validate('survey_responses', ['business_id', 'response_id']) }}
),

cleaned {{ not_materialized() }} (
    select
        row_hash,
        {{ trim_to_null('response_id') }} as response_id,
        {{ trim_to_null('business_id') }} as business_id,
        {{ trim_id('customer_id') }} as customer_id,
        {{ trim_to_null('answered_at') }} as answered_at_text,
        {{ trim_to_null('survey') }} as survey,
        {{ trim_to_null('score') }} as score_text,
        {{ trim_to_null('loaded_at') }} as loaded_at_text,
        malformed_line,
        validated_in
    from landed
),

duplicates as (
    {{ duplicate_keys('cleaned', ['business_id', 'response_id']) }}
),

parsed {{ not_materialized() }} (
    select
        cleaned.*,
        businesses.business_id as known_business_id,
        duplicates.key_hash is not null as has_duplicates,
        {{ parse_time('answered_at_text', 'businesses') }} as answered_at,
        {{ parse_number('score_text', 'decimal(18, 4)') }} as score,
        {{ parse_time('loaded_at_text', 'businesses') }} as loaded_at
    from cleaned
    left join {{ ref('stg_businesses') }} as businesses on cleaned.business_id = businesses.business_id
    left join duplicates on {{ row_hash_in_query(['cleaned.business_id', 'cleaned.response_id']) }} = duplicates.key_hash
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
        ['business_id', 'response_id'],
        latest_by=['loaded_at'],
        columns=['customer_id', 'answered_at', 'survey', 'score'],
        texts=['customer_id', 'survey'],
    ) }}
)

select
    row_hash,
    response_id,
    business_id,
    customer_id,
    answered_at,
    survey,
    score,
    loaded_at,
    validated_in,
    row_status,
    rejection_reason
from with_status
