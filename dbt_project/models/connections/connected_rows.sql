{{ config(
    materialized='incremental', incremental_strategy=strategy('delete+insert'), unique_key=['business_id', 'source'], enabled=var('connected', '') | length > 0,
    pre_hook='{{ join_by_whole_keys() }}'
) }}
with outcomes as (
    {%- for system in var('connected').split() %}
    {%- set is_last = loop.last %}
    {%- for model in outcome_models(system) %}
    select business_id, '{{ system }}' as source, source_table, outcome, reason
    from {{ ref(model) }}
    {{ 'union all' if not (is_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

select
    business_id,
    source,
    source_table,
    outcome,
    reason,
    count(*) as {{ quoted('rows') }}
from outcomes
group by business_id, source, source_table, outcome, reason
