-- All measures that are additive over customers, stored for each period and segment value: a run adds its counts and subtracts the earlier counts
-- of the same customers. Numbers are integers or decimals, so no precision is lost.
{%- do ref('int_wide_segments') -%}
{%- set key = ['business_id', 'period_grain', 'period_start', 'segment', 'segment_value'] -%}
{{ config(
    materialized='incremental',
    incremental_strategy=strategy('delete+insert'),
    unique_key=key,
    pre_hook=["{{ delete_all_if_rebuilding() }}", "{{ delete_wide_segments() }}"],
) }}
{%- set counted_by = {
    'int_period_movements_this_run': flow_measures() + mover_counts(),
    'int_period_value_this_run': value_measures(),
    'int_period_mrr_this_run': mrr_measures(),
} %}
{%- set measures = flow_measures() + mover_counts() + value_measures() + mrr_measures() %}
with measured as (
    {%- for relation, own in counted_by.items() %}
    select
        segment_key,
        period_grain,
        period_start
        {%- for measure in measures %},
        {{ measure if measure in own else '0 as ' ~ measure }}
        {%- endfor %}
    from {{ ref(relation) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

changes as (
    {{ by_segment('measured', measures) }}
),

totals as (
    {{ changes_and_held('changes', key + measures, key) }}
)

{{ sums(key, measures, 'totals') }}
