{# From month to month of a cohort, the number of returned customers never falls, and the returns of a month add to the earlier returns. #}
{% test cohort_curve_is_monotonic(model) %}
with consecutive_rows as (
    select
        *,
        lag(cumulative_returned) over cohort as returned_before,
        lag(at_risk) over cohort as at_risk_before,
        lag(return_probability) over cohort as probability_before,
        lag(is_mature) over cohort as was_mature
    from {{ model }}
    window cohort as (partition by business_id, from_state, exit_kind, cohort_month order by months_since)
)

select *
from consecutive_rows
where (
    cumulative_returned = coalesce(returned_before, 0) + returned
    and (return_probability is null or return_probability >= coalesce(probability_before, 0))
    and (return_probability is null or months_since = 1 or probability_before is not null)
    and (is_mature is not true or coalesce(was_mature, true))
) is not true
{% endtest %}
