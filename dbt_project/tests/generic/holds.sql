{# The condition is true on every row; a null counts as failing. #}
{% test holds(model, expression) %}
select *
from {{ model }}
where ({{ expression }}) is not true
{% endtest %}
