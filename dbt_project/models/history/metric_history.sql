-- Only what differs from the value last published is added, and nothing is ever taken away. A period that is no more
-- (its business's history begins later now) is a value that became null; what was said of one that is not over, since a
-- refresh went back to an earlier date, stands until it is.
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false) }}
with found as (
    {{ complete_metrics() }}
),

published as (
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
    select * from found
    where 1 = 0
    {%- endif %}
),

changed as (
    select
        coalesce(found.business_id, published.business_id) as business_id,
        coalesce(found.period_grain, published.period_grain) as period_grain,
        coalesce(found.period_start, published.period_start) as period_start,
        coalesce(found.metric, published.metric) as metric,
        found.value
    from found
    full outer join published
        on
            found.business_id = published.business_id
            and found.period_grain = published.period_grain
            and found.period_start = published.period_start
            and found.metric = published.metric
    where
        (
            published.metric is null
            or (found.value is null and published.value is not null)
            or (found.value is not null and published.value is null)
            or abs(found.value - published.value) > 1e-9
        )
        and not (found.metric is null and ({{ is_ripening('published', 'found') }} or {{ is_not_over('published') }}))
)

select
    changed.business_id,
    changed.period_grain,
    changed.period_start,
    changed.metric,
    changed.value,
    {{ started_at() }} as published_at,
    cast({{ refresh_id() }} as bigint) as refresh_id,
    configurations.configuration_hash,
    cast({{ var('figures_version') }} as integer) as figures_version
from changed
left join {{ ref('int_configurations') }} as configurations on changed.business_id = configurations.business_id
