{# The condition is true on every row; a null counts as failing. #}
{% test holds(model, expression, of=none) %}
select *
from {{ rows_to_test(model, of) }} as tested
where ({{ expression }}) is not true
{% endtest %}
