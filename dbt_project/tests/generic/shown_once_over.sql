{# Each column in `days_after` is null until that many days after the return are over, and has a value from then on. Looks at every row: an
   incremental refresh must not miss the date. #}
{% test shown_once_over(model, days_after) %}
select *
from {{ model }}
where
    {%- for column, days in days_after.items() %}
    ({{ column }} is null) = ({{ add_days('returned_on', days) }} <= {{ as_of_date() }}){{ ' or' if not loop.last }}
    {%- endfor %}
{% endtest %}
