{%- set columns = ['id', 'created_at', 'merged_ids'] -%}
with read_rows as (
    select
        business_id,
        file_name,
        {{ exported_columns(columns) }}
    from {{ source_rows('hubspot_export', 'companies') }}
),

companies as (
    select
        *,
        case when not {{ is_mangled('id') }} then id end as record_id
    from read_rows
)

select
    companies.business_id,
    companies.record_id as id,
    companies.merged_ids as property_hs_merged_object_ids,
    {{ local_text('companies.created_at', 'businesses') }} as property_createdate,
    row_number() over (
        partition by companies.business_id, companies.record_id
        order by companies.file_name desc, {{ binary_collation('concat_ws(chr(31), companies.merged_ids, companies.created_at)') }}
    ) as copy_number
from companies
left join {{ ref('stg_businesses') }} as businesses on companies.business_id = businesses.business_id
