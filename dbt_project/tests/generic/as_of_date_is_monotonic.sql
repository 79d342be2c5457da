{# No refresh has an earlier as-of date than the previous one, unless it goes back from a date that was not over yet when it started. For any set of
   zones, the last date over in every zone is the UTC date or one of the two days before it. A plain dbt build, which has no code_version, may go
   back. #}
{% test as_of_date_is_monotonic(model) %}
select *
from (
    select
        *,
        cast(started_at as date) as started_on,
        lag(as_of_date) over (order by refresh_id) as previous_as_of_date
    from {{ model }}
    where code_version <> ''
) as followed
where
    as_of_date < previous_as_of_date
    and not (previous_as_of_date >= {{ add_days('started_on', -1) }} and as_of_date >= {{ add_days('started_on', -2) }})
{% endtest %}
