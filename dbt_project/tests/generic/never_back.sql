{# No refresh counts to an earlier date than the one before it; dbt alone, which has no code_version, may. #}
{% test never_back(model) %}
select *
from (
    select
        *,
        lag(as_of_date) over (order by refresh_id) as previous_as_of_date
    from {{ model }}
    where code_version <> ''
) as followed
where as_of_date < previous_as_of_date
{% endtest %}
