-- Every count and rate of every period that is over, one a row. Days are left out: they would be most of it, and weeks say as much.
{{ config(materialized='view') }}
with
{%- for table in kept_metrics() %}
{{ table }} as (
    select *
    from {{ ref(table) }}
    where segment = 'all' and is_complete and period_grain <> 'day'
){{ ',' if not loop.last }}
{% endfor %}

{%- for table, metrics in kept_metrics().items() %}
{%- set last_table = loop.last %}
{%- for metric in metrics %}
select business_id, period_grain, period_start, '{{ metric }}' as metric, cast({{ metric }} as {{ type_double() }}) as value
from {{ table }}
{{ 'where ' ~ final_with()[metric] if metric in final_with() }}
{{ 'union all' if not (loop.last and last_table) }}
{%- endfor %}
{%- endfor %}
