{# For tables that others cross join: no row would empty them, two would double them. #}
{% test one_row(model) %}
select count(*) as rows_found
from {{ model }}
having count(*) <> 1
{% endtest %}
