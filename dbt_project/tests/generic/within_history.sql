{# For the tables in `by`, the dates in the named columns lie between the start of their business's history and the as-of date. #}
{% test within_history(model, by) %}
{%- for table, column in by.items() %}
select '{{ table }}' as dated_table, dated.business_id, dated.{{ column }} as dated_on
from {{ ref(table) }} as dated
left join {{ model }} as businesses on dated.business_id = businesses.business_id
where (dated.{{ column }} between businesses.history_starts_on and businesses.as_of_date) is not true
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endtest %}
