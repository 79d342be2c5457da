{# Ranks are consecutive, and no candidate ranks before a candidate of greater value. #}
{% test ranked_by_value(model) %}
with consecutive_rows as (
    select
        *,
        row_number() over (partition by business_id order by rank) as row_num,
        lag(expected_value) over (partition by business_id order by rank) as value_before
    from {{ model }}
)

select *
from consecutive_rows
where (
    rank = row_num
    and (rank = 1 or expected_value is null or value_before >= expected_value - 1e-9)
) is not true
{% endtest %}
