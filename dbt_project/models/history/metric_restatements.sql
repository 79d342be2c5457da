{{ config(materialized='view') }}
with versions as (
    select
        *,
        lead(value) over versions as next_value,
        lead(published_at) over versions as replaced_at,
        lead(refresh_id) over versions as replaced_by_refresh_id,
        lead(configuration_hash) over versions as next_configuration_hash,
        min(published_at) over (partition by business_id, period_grain, period_start, metric) as first_published_at
    from {{ ref('metric_history') }}
    window versions as (partition by business_id, period_grain, period_start, metric order by refresh_id)
)

select
    business_id,
    period_grain,
    period_start,
    metric,
    value as value_before,
    next_value as value_after,
    next_value - value as change,
    published_at,
    replaced_at,
    replaced_by_refresh_id,
    {{ days_between('cast(first_published_at as date)', 'cast(replaced_at as date)') }} as days_after_first_publication,
    configuration_hash is distinct from next_configuration_hash as is_new_configuration
from versions
where replaced_at is not null
