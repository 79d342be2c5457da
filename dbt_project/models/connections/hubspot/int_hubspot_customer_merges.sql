with numbered as (
    select
        *,
        coalesce(created_at_utc, synced_at) as merged_at,
        row_number() over (
            partition by business_id, merged_id
            order by
                case when is_deleted then 1 else 0 end,
                case when created_at_utc is null then 1 else 0 end, created_at_utc desc,
                length(record_id), {{ binary_collation('record_id') }}, case object when 'company' then 1 else 2 end
        ) as place,
        max(synced_at) over (partition by business_id, merged_id) as last_synced_at
    from {{ ref('int_hubspot_merged_ids') }}
    where object <> 'deal'
)

select
    business_id,
    merged_id as from_customer_id,
    record_id as into_customer_id,
    {{ time_text('merged_at') }} as merged_at,
    {{ time_text('last_synced_at') }} as loaded_at
from numbered
where place = 1
