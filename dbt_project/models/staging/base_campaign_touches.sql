{{ config(materialized='incremental', incremental_strategy=strategy('delete+insert'), unique_key='row_hash') }}
{%- set reasons = identity_reasons(['touch_id', 'business_id', 'campaign_id', 'customer_id']) + [
    ('touched_at is null', 'invalid_touched_at'),
    ("coalesce(arm, '') not in ('treatment', 'control')", 'invalid_arm'),
    ('loaded_at is null', 'invalid_loaded_at'),
    ('known_campaign_id is null', 'unknown_campaign'),
] -%}
with landed {{ read_once() }} (
    {{ rows_to_validate('campaign_touches', ['business_id', 'touch_id']) }}
),

cleaned {{ not_materialized() }} (
    select
        row_hash,
        {{ trim_to_null('touch_id') }} as touch_id,
        {{ trim_to_null('business_id') }} as business_id,
        {{ trim_to_null('campaign_id') }} as campaign_id,
        {{ trim_id('customer_id') }} as customer_id,
        {{ trim_to_null('touched_at') }} as touched_at_text,
        {{ trim_to_null('arm') }} as arm,
        {{ trim_to_null('cost') }} as cost_text,
        {{ trim_to_null('loaded_at') }} as loaded_at_text,
        malformed_line,
        validated_in
    from landed
),

duplicates as (
    {{ duplicate_keys('cleaned', ['business_id', 'touch_id']) }}
),

parsed {{ not_materialized() }} (
    select
        cleaned.*,
        businesses.business_id as known_business_id,
        duplicates.key_hash is not null as has_duplicates,
        campaigns.campaign_id as known_campaign_id,
        {{ parse_time('touched_at_text', 'businesses') }} as touched_at,
        {{ parse_number('cost_text', 'decimal(18, 4)') }} as cost,
        {{ parse_time('loaded_at_text', 'businesses') }} as loaded_at
    from cleaned
    left join {{ ref('stg_businesses') }} as businesses on cleaned.business_id = businesses.business_id
    left join duplicates on {{ row_hash_in_query(['cleaned.business_id', 'cleaned.touch_id']) }} = duplicates.key_hash
    left join {{ ref('stg_campaigns') }} as campaigns
        on cleaned.business_id = campaigns.business_id and cleaned.campaign_id = campaigns.campaign_id
),

typed {{ not_materialized() }} (
    select
        *,
        {{ dropped('cost') }},
        {{ first_reason(reasons) }} as own_rejection_reason
    from parsed
),

with_status as (
    {{ deduplicated(
        'typed',
        ['business_id', 'touch_id'],
        latest_by=['loaded_at'],
        columns=['campaign_id', 'customer_id', 'touched_at', 'arm', 'cost'],
        texts=['campaign_id', 'customer_id', 'arm'],
        droppable=['cost'],
    ) }}
)

select
    row_hash,
    touch_id,
    business_id,
    campaign_id,
    customer_id,
    touched_at,
    arm,
    cost,
    cost_dropped,
    loaded_at,
    validated_in,
    row_status,
    rejection_reason
from with_status
