{{ config(materialized='incremental', incremental_strategy=strategy('delete+insert'), unique_key='row_hash') }}
{%- set reasons = identity_reasons(['business_id', 'campaign_id']) + [
    ('loaded_at is null', 'invalid_loaded_at'),
] -%}
with landed {{ read_once() }} (
    {{ rows_to_validate('campaigns', ['business_id', 'campaign_id']) }}
),

cleaned {{ not_materialized() }} (
    select
        row_hash,
        {{ trim_to_null('business_id') }} as business_id,
        {{ trim_to_null('campaign_id') }} as campaign_id,
        {{ trim_to_null('name') }} as name,
        {{ trim_to_null('strategy') }} as strategy,
        {{ trim_to_null('objective') }} as objective,
        {{ trim_to_null('starts_on') }} as starts_on_text,
        {{ trim_to_null('ends_on') }} as ends_on_text,
        {{ trim_to_null('cost') }} as cost_text,
        {{ trim_to_null('loaded_at') }} as loaded_at_text,
        malformed_line,
        validated_in
    from landed
),

duplicates as (
    {{ duplicate_keys('cleaned', ['business_id', 'campaign_id']) }}
),

parsed {{ not_materialized() }} (
    select
        cleaned.*,
        businesses.business_id as known_business_id,
        duplicates.key_hash is not null as has_duplicates,
        {{ parse_date('starts_on_text', 'businesses') }} as starts_on,
        {{ parse_date('ends_on_text', 'businesses') }} as ends_on,
        {{ parse_number('cost_text', 'decimal(18, 4)') }} as cost,
        {{ parse_time('loaded_at_text', 'businesses') }} as loaded_at
    from cleaned
    left join {{ ref('stg_businesses') }} as businesses on cleaned.business_id = businesses.business_id
    left join duplicates on {{ row_hash_in_query(['cleaned.business_id', 'cleaned.campaign_id']) }} = duplicates.key_hash
),

typed {{ not_materialized() }} (
    select
        *,
        {{ dropped('starts_on') }},
        {{ dropped('ends_on') }},
        {{ dropped('cost') }},
        {{ first_reason(reasons) }} as own_rejection_reason
    from parsed
),

with_status as (
    {{ deduplicated(
        'typed',
        ['business_id', 'campaign_id'],
        latest_by=['loaded_at'],
        columns=['name', 'strategy', 'objective', 'starts_on', 'ends_on', 'cost'],
        texts=['name', 'strategy', 'objective'],
        droppable=['starts_on', 'ends_on', 'cost'],
    ) }}
)

select
    row_hash,
    business_id,
    campaign_id,
    name,
    strategy,
    objective,
    starts_on,
    ends_on,
    cost,
    starts_on_dropped,
    ends_on_dropped,
    cost_dropped,
    loaded_at,
    validated_in,
    row_status,
    rejection_reason
from with_status
