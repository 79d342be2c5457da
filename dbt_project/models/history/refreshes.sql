-- The last model of a run: what the run found, what it did, and how long it has taken up to here.
-- depends_on: {{ ref('lifecycle_states') }}, {{ ref('lifecycle_transitions') }}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false) }}
with landed as (
    {%- for table in landing_tables() %}
    select landed_in from {{ ref('landed_' ~ table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

staged as (
    {%- for table in landing_tables() %}
    select count(*) as row_count from {{ ref('stg_' ~ table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

rows_landed as (
    select
        count(*) as all_rows,
        sum(case when landed.landed_in = {{ refresh_id() }} then 1 else 0 end) as new_rows
    from landed
),

counts as (
    select
        rows_landed.all_rows,
        coalesce(rows_landed.new_rows, 0) as new_rows,
        (select sum(staged.row_count) from staged) as staged_rows,
        (select count(*) from {{ ref('rejected_rows') }}) as rejected_rows,
        (select count(*) from {{ ref('int_affected_customers') }}) as affected_customers,
        (
            select count(*)
            from (
                select distinct restated.business_id, restated.period_grain, restated.period_start
                from {{ ref('metric_restatements') }} as restated
                where restated.replaced_by_refresh_id = {{ refresh_id() }}
            ) as periods
        ) as restated_periods
    from rows_landed
),

configurations as (
    select md5({{ string_agg_ordered('business_id || configuration_hash', 'business_id') }}) as configuration_hash
    from {{ ref('int_configurations') }}
    where configuration_hash is not null
)

select
    cast({{ refresh_id() }} as bigint) as refresh_id,
    '{{ var("run_id") or invocation_id }}' as run_id,
    {{ started_at() }} as started_at,
    {{ as_of_date() }} as as_of_date,
    {{ is_rebuild() }} as is_rebuild,
    cast(counts.new_rows as bigint) as new_rows,
    cast(counts.all_rows as bigint) as rows_landed,
    cast(counts.staged_rows as bigint) as rows_staged,
    cast(counts.all_rows - counts.staged_rows - counts.rejected_rows as bigint) as rows_superseded,
    cast(counts.rejected_rows as bigint) as rows_rejected,
    cast(counts.affected_customers as bigint) as customers_recomputed,
    cast(counts.restated_periods as bigint) as periods_restated,
    cast({{ elapsed_seconds() }} as {{ type_double() }}) as duration_seconds,
    '{{ var("code_version") }}' as code_version,
    configurations.configuration_hash
from counts
cross join configurations
