-- Append only values that differ from the last published value, and never delete any. A period that no longer exists (its business's history now
-- begins later) is a value that became null. If a refresh went back to an earlier date, the values of a period that is no longer over remain valid
-- until it is over again.
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false) }}
with current_figures as (
    {{ complete_metrics() }}
),

published_figures as (
    {%- if is_incremental() %}
    select business_id, period_grain, period_start, metric, value
    from (
        select
            *,
            row_number() over (partition by business_id, period_grain, period_start, metric order by refresh_id desc) as row_num
        from {{ this }}
    ) as versions
    where row_num = 1
    {%- else %}
    select * from current_figures
    where 1 = 0
    {%- endif %}
),

changed_figures as (
    select
        coalesce(current_figures.business_id, published_figures.business_id) as business_id,
        coalesce(current_figures.period_grain, published_figures.period_grain) as period_grain,
        coalesce(current_figures.period_start, published_figures.period_start) as period_start,
        coalesce(current_figures.metric, published_figures.metric) as metric,
        current_figures.value
    from current_figures
    full outer join published_figures
        on
            current_figures.business_id = published_figures.business_id
            and current_figures.period_grain = published_figures.period_grain
            and current_figures.period_start = published_figures.period_start
            and current_figures.metric = published_figures.metric
    where
        (
            published_figures.metric is null
            or (current_figures.value is null and published_figures.value is not null)
            or (current_figures.value is not null and published_figures.value is null)
            or abs(current_figures.value - published_figures.value) > 1e-9
        )
        and not (current_figures.metric is null and ({{ is_ripening('published_figures', 'current_figures') }} or {{ is_not_over('published_figures') }}))
)

select
    changed_figures.business_id,
    changed_figures.period_grain,
    changed_figures.period_start,
    changed_figures.metric,
    changed_figures.value,
    {{ started_at() }} as published_at,
    cast({{ refresh_id() }} as bigint) as refresh_id,
    configurations.configuration_hash,
    cast({{ var('figures_version') }} as integer) as figures_version
from changed_figures
left join {{ ref('int_configurations') }} as configurations on changed_figures.business_id = configurations.business_id
