-- Every period from the start of the history to the as-of date, whether empty or not.
with histories as (
    select
        business_id,
        history_starts_on as starts_on,
        as_of_date,
        {{ warm_from('dim_business') }} as warm_from
    from {{ ref('dim_business') }} as dim_business
    where history_starts_on is not null
)

{{ periods_since('histories') }}
