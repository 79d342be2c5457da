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
    select * from changes
    {%- if not is_rebuild() %}
    union all
    select {% for column in key + measures %}held.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ this }} as held
    inner join changes on {% for column in key %}held.{{ column }} = changes.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    {%- endif %}
)

select
    {{ key | join(',\n    ') }}
    {%- for measure in measures %},
    cast(sum({{ measure }}) as {{ 'decimal(38, 4)' if 'revenue' in measure or 'mrr' in measure else 'bigint' }}) as {{ measure }}
    {%- endfor %}
from totals
group by {{ key | join(', ') }}
