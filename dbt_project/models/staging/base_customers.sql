{{ config(materialized='incremental', incremental_strategy=strategy('delete+insert'), unique_key='row_hash', on_schema_change='append_new_columns') }}
{%- set reasons = identity_reasons(['business_id', 'customer_id']) + [
    ('loaded_at is null', 'invalid_loaded_at'),
] -%}
{%- set attributes = customer_attributes() -%}
{%- set names = [] -%}
{%- for attribute in attributes %}{% do names.append(quoted(attribute)) %}{% endfor -%}
with landed {{ read_once() }} (
    {{ rows_to_validate('customers', ['business_id', 'customer_id']) }}
),

cleaned {{ not_materialized() }} (
    select
        row_hash,
        {{ trim_to_null('business_id') }} as business_id,
        {{ trim_id('customer_id') }} as customer_id,
        {%- for attribute in attributes %}
        {{ trim_to_null(attribute) }} as {{ quoted(attribute) }},
        {%- endfor %}
        {{ trim_to_null('contactable') }} as contactable_text,
        {{ trim_to_null('updated_at') }} as updated_at_text,
        {{ trim_to_null('loaded_at') }} as loaded_at_text,
        malformed_line,
        validated_in
    from landed
),

duplicates as (
    {{ duplicate_keys('cleaned', ['business_id', 'customer_id']) }}
),

parsed {{ not_materialized() }} (
    select
        cleaned.*,
        businesses.business_id as known_business_id,
        duplicates.key_hash is not null as has_duplicates,
        {{ parse_boolean('contactable_text') }} as contactable,
        {{ parse_time('updated_at_text', 'businesses') }} as updated_at,
        {{ parse_time('loaded_at_text', 'businesses') }} as loaded_at
    from cleaned
    left join {{ ref('stg_businesses') }} as businesses on cleaned.business_id = businesses.business_id
    left join duplicates on {{ row_hash_in_query(['cleaned.business_id', 'cleaned.customer_id']) }} = duplicates.key_hash
),

typed {{ not_materialized() }} (
    select
        *,
        {{ dropped('contactable') }},
        {{ dropped('updated_at') }},
        {{ first_reason(reasons) }} as own_rejection_reason
    from parsed
),

with_status as (
    {{ deduplicated(
        'typed',
        ['business_id', 'customer_id'],
        latest_by=['updated_at', 'loaded_at'],
        columns=names + ['contactable'],
        texts=names,
        droppable=['contactable', 'updated_at'],
    ) }}
)

select
    row_hash,
    business_id,
    customer_id,
    {%- for attribute in attributes %}
    {{ quoted(attribute) }},
    {%- endfor %}
    contactable,
    updated_at,
    contactable_dropped,
    updated_at_dropped,
    loaded_at,
    validated_in,
    row_status,
    rejection_reason
from with_status
