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
),

-- A changed definition is reported once: by the first refresh that uses it.
rules as (
    select
        refresh_id,
        coalesce(max(figures_version), 1) as figures_version,
        lag(coalesce(max(figures_version), 1)) over (order by refresh_id) as figures_version_before
    from {{ ref('metric_history') }}
    group by refresh_id
)

select
    versions.business_id,
    versions.period_grain,
    versions.period_start,
    versions.metric,
    versions.value as value_before,
    versions.next_value as value_after,
    versions.next_value - versions.value as change,
    versions.published_at,
    versions.replaced_at,
    versions.replaced_by_refresh_id,
    {{ days_between('cast(versions.first_published_at as date)', 'cast(versions.replaced_at as date)') }} as days_after_first_publication,
    versions.configuration_hash is distinct from versions.next_configuration_hash as is_new_configuration,
    rules.figures_version <> rules.figures_version_before as is_new_definition
from versions
inner join rules on versions.replaced_by_refresh_id = rules.refresh_id
where versions.replaced_at is not null
