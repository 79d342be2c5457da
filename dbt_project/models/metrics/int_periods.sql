-- Every period from the start of the history to the as-of date, whether empty or not.
with histories as (
    select
        businesses.business_id,
        businesses.history_starts_on as starts_on,
        businesses.as_of_date,
        {{ warm_from('businesses') }} as warm_from
    from {{ ref('dim_business') }} as businesses
    where businesses.history_starts_on is not null
)

{{ periods_since('histories') }}
