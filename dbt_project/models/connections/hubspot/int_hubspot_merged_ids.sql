with digits as (
    {%- for digit in range(10) %}
    select {{ digit }} as digit
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

numbers as (
    select 100 * hundreds.digit + 10 * tens.digit + units.digit + 1 as number
    from digits as hundreds
    cross join digits as tens
    cross join digits as units
),

listed as (
    select
        records.business_id,
        records.object,
        records.record_id,
        trim(split_part(records.merged_ids, ';', numbers.number)) as merged_id,
        records.created_at_utc,
        records.is_deleted,
        records.synced_at
    from {{ ref('int_hubspot_records') }} as records
    inner join numbers on length(records.merged_ids) - length(replace(records.merged_ids, ';', '')) + 1 >= numbers.number
),

read_merged_deals as (
    select
        business_id,
        deal_id as record_id,
        merged_deal_id as merged_id,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('hubspot', 'merged_deal') }}
),

merged as (
    select business_id, object, record_id, merged_id, created_at_utc, is_deleted, synced_at
    from listed
    union all
    select
        read_merged_deals.business_id,
        'deal' as object,
        read_merged_deals.record_id,
        read_merged_deals.merged_id,
        cast(null as timestamp) as created_at_utc,
        false as is_deleted,
        {{ parse_time('read_merged_deals.synced', 'businesses') }} as synced_at
    from read_merged_deals
    left join {{ ref('stg_businesses') }} as businesses on read_merged_deals.business_id = businesses.business_id
)

select
    business_id,
    object,
    record_id,
    merged_id,
    max(created_at_utc) as created_at_utc,
    min(case when is_deleted then 1 else 0 end) = 1 as is_deleted,
    max(synced_at) as synced_at
from merged
where merged_id <> '' and merged_id <> record_id
group by business_id, object, record_id, merged_id
