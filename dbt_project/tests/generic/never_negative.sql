{# Counts: a number on every row, 0 where there is nothing. #}
{% test never_negative(model, columns) %}
select *
from {{ model }}
where ({% for column in columns %}{{ column }} >= 0{{ ' and ' if not loop.last }}{% endfor %}) is not true
{% endtest %}
