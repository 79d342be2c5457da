{# dbt's `relationships`, of the rows that this run made: what a column holds is found in a column of another model. #}
{% test refers_to(model, column_name, to, field, of) %}
select tested.{{ column_name }}
from {{ rows_to_test(model, of) }} as tested
where
    tested.{{ column_name }} is not null
    and not exists (select 1 from {{ to }} as known where known.{{ field }} = tested.{{ column_name }})
{% endtest %}
