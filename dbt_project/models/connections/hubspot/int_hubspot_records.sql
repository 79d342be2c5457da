{%- set tables = {'contact': 'id', 'company': 'id', 'deal': 'deal_id'} -%}
with read_records as (
    {%- for table, id in tables.items() %}
    select
        business_id,
        '{{ table }}' as object,
        {{ id }} as record_id,
        property_hs_merged_object_ids as merged_ids,
        {{ utc_text('property_createdate') }} as created_at,
        {{ says_yes('is_deleted') }} or {{ says_yes('_fivetran_deleted') }} as is_deleted,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('hubspot', table) }}
    where {{ id }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

records as (
    select
        read_records.*,
        {{ parse_time('read_records.created_at', 'businesses') }} as created_at_utc,
        {{ parse_time('read_records.synced', 'businesses') }} as synced_at
    from read_records
    left join {{ ref('stg_businesses') }} as businesses on read_records.business_id = businesses.business_id
),

numbered as (
    select
        *,
        {{ copy_number(['object', 'record_id'], ['merged_ids', 'created_at']) }} as copy_number
    from records
)

select
    business_id,
    object,
    record_id,
    merged_ids,
    created_at,
    created_at_utc,
    is_deleted,
    synced_at
from numbered
where copy_number = 1
