with numbered as (
    select
        *,
        row_number() over (partition by business_id, record_id order by case object when 'company' then 1 else 2 end) as copy_number,
        max(synced_at) over (partition by business_id, record_id) as last_synced_at
    from {{ ref('int_hubspot_records') }}
    where object <> 'deal'
)

-- Nothing that is read of a customer changes. So a row with attributes that comes from elsewhere is the later one, and stands.
select
    business_id,
    record_id as customer_id,
    cast(null as {{ dbt.type_string() }}) as contactable,
    created_at as updated_at,
    {{ time_text('last_synced_at') }} as loaded_at
from numbered
where copy_number = 1
