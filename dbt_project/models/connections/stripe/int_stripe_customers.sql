with read_customers as (
    select
        business_id,
        id as customer_id,
        {{ utc_text('created') }} as created_at,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', 'customer') }}
    where id is not null and coalesce({{ parse_boolean('livemode') }}, true)
),

customers as (
    select
        read_customers.*,
        {{ parse_time('read_customers.synced', 'businesses') }} as synced_at
    from read_customers
    left join {{ ref('stg_businesses') }} as businesses on read_customers.business_id = businesses.business_id
),

numbered as (
    select
        *,
        row_number() over (
            partition by business_id, customer_id
            order by
                case when synced_at is null then 1 else 0 end, synced_at desc,
                {{ binary_collation('created_at') }}
        ) as copy_number
    from customers
)

-- Nothing that is read of a customer changes. So a row with attributes that comes from elsewhere is the later one, and stands.
select
    business_id,
    customer_id,
    cast(null as {{ dbt.type_string() }}) as contactable,
    created_at as updated_at,
    {{ time_text('synced_at') }} as loaded_at
from numbered
where copy_number = 1
