-- The last model of a run.
-- depends_on: {{ ref('landed_files') }}, {{ ref('lifecycle_transitions') }}, {{ ref('fct_win_back') }}, {{ ref('fct_reactivation') }}
-- depends_on: {{ ref('fct_retention') }}, {{ ref('metric_restatements') }}
-- depends_on: {{ ref('int_wide_segments') }}, {{ ref('dropped_values') }}, {{ ref('unmapped_values') }}, {{ ref('int_merge_targets') }}, {{ ref('int_contracts') }}
-- depends_on: {{ ref('int_customers') }}, {{ ref('int_customer_keys') }}, {{ ref('int_customer_days') }}, {{ ref('int_voided_events') }}
{{ config(schema='winback', tags=['public'], materialized='incremental', incremental_strategy='append', full_refresh=false) }}
with landed as (
    {%- for table in landing_tables() %}
    select landed_in from {{ ref('landed_' ~ table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    cast({{ refresh_id() }} as bigint) as refresh_id,
    '{{ var("run_id") or invocation_id }}' as run_id,
    {{ started_at() }} as started_at,
    {{ as_of_date() }} as as_of_date,
    {{ is_rebuild() }} as is_rebuild,
    (select count(*) from landed where landed.landed_in = {{ refresh_id() }}) as new_rows,
    (select count(*) from landed) as rows_landed,
    (select count(*) from {{ ref('rejected_rows') }}) as rows_rejected,
    (
        select count(distinct validated.customer_id)
        from {{ ref('base_events') }} as validated
        where validated.row_status = 'current' and ({{ is_rebuild() }} or validated.validated_in = {{ refresh_id() }})
    ) as customers_recomputed,
    cast(0 as bigint) as periods_restated,
    '{{ var("code_version") }}' as code_version
