{# The rows of an affected customer that are kept from refresh to refresh are replaced, not appended: each key of the tables in `by` has one row, and
   no part of a key is null. Returns one row for each table that breaks this rule. #}
{% test kept_once(model, by) %}
{{ config(fail_calc='coalesce(sum(broken_rows), 0)') }}
{%- for table, key in by.items() %}
select '{{ table }} has a key twice, or a null in it' as broken_rule, count(*) as broken_rows
from (
    select {{ key | join(', ') }}
    from {{ rows_to_test(ref(table), 'affected') }} as kept
    group by {{ key | join(', ') }}
    having count(*) > 1{% for column in key %} or {{ column }} is null{% endfor %}
) as broken
having count(*) > 0
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endtest %}
