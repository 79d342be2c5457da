{{ config(
    materialized='incremental', incremental_strategy=strategy('delete+insert'), unique_key=['business_id', 'source'], enabled=var('connected', '') | length > 0
) }}
with outcomes as (
    {%- for system in var('connected').split() %}
    select business_id, '{{ system }}' as source, source_table, outcome, reason
    from {{ ref('int_' ~ system ~ '_outcomes') }}
    {{ 'union all' if not loop.last }}
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
