with read_prices as (
    select
        business_id,
        id as price_id,
        {{ ascii_lower('currency') }} as currency,
        {{ parse_number('coalesce(unit_amount_decimal, unit_amount, amount)', 'decimal(20, 8)') }} as unit_amount,
        {{ ascii_lower('coalesce(recurring_interval, ' ~ quoted('interval') ~ ')') }} as interval_name,
        {{ parse_number('coalesce(recurring_interval_count, interval_count)', 'decimal(18, 4)') }} as interval_count,
        coalesce({{ ascii_lower('coalesce(recurring_usage_type, usage_type)') }} = 'metered', false) as is_metered,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', ['price', 'plan']) }}
    where id is not null
),

typed as (
    select
        read_prices.*,
        {{ parse_time('read_prices.synced', 'businesses') }} as synced_at
    from read_prices
    left join {{ ref('stg_businesses') }} as businesses on read_prices.business_id = businesses.business_id
),

numbered as (
    select
        *,
        {{ copy_number(['price_id'], ['unit_amount'], flags=[]) }} as copy_number
    from typed
)

select
    business_id,
    price_id,
    currency,
    unit_amount,
    is_metered,
    case interval_name when 'year' then 1 when 'month' then 12 when 'week' then 52 when 'day' then 365 end as a_year,
    case when interval_name in ('year', 'month', 'week', 'day') then case when interval_count >= 1 then interval_count else 1 end end as interval_count,
    synced_at
from numbered
where copy_number = 1
