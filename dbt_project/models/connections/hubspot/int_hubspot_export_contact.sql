{%- set columns = ['id', 'created_at', 'merged_ids'] -%}
with read_rows as (
    select
        business_id,
        file_name,
        {{ exported_columns(columns) }}
    from {{ source_rows('hubspot_export', 'contacts') }}
),

contacts as (
    select
        *,
        case when not {{ is_mangled('id') }} then id end as record_id
    from read_rows
)

select
    contacts.business_id,
    contacts.record_id as id,
    contacts.merged_ids as property_hs_merged_object_ids,
    {{ local_text('contacts.created_at', 'businesses') }} as property_createdate,
    row_number() over (
        partition by contacts.business_id, contacts.record_id
        order by contacts.file_name desc, {{ binary_collation('concat_ws(chr(31), contacts.merged_ids, contacts.created_at)') }}
    ) as copy_number
from contacts
left join {{ ref('stg_businesses') }} as businesses on contacts.business_id = businesses.business_id
