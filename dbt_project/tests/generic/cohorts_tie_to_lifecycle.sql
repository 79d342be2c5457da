{# The cohorts agree with fct_lifecycle in each month and segment value: those still there are its current customers, and those who enter are its new
   ones. Returns the months in which they do not. #}
{% test cohorts_tie_to_lifecycle(model) %}
with cohorts as (
    select
        business_id,
        segment,
        segment_value,
        cast(cohort_month + months_since * interval '1 month' as date) as period_start,
        sum(case when months_since = 0 then customers else 0 end) as entered,
        sum(current) as current_customers
    from {{ model }}
    where cohort_month is not null
    group by 1, 2, 3, 4
),

lifecycle as (
    select
        business_id,
        segment,
        segment_value,
        period_start,
        acquired + bounced as entered,
        closing_active + closing_dormant as current_customers
    from {{ ref('fct_lifecycle') }}
    where period_grain = 'month'
)

select
    coalesce(lifecycle.business_id, cohorts.business_id) as business_id,
    coalesce(lifecycle.segment_value, cohorts.segment_value) as segment_value,
    coalesce(lifecycle.period_start, cohorts.period_start) as period_start
from lifecycle
full outer join cohorts
    on
        lifecycle.business_id = cohorts.business_id
        and lifecycle.segment = cohorts.segment
        and lifecycle.segment_value = cohorts.segment_value
        and lifecycle.period_start = cohorts.period_start
where (
    lifecycle.entered = coalesce(cohorts.entered, 0)
    and lifecycle.current_customers = coalesce(cohorts.current_customers, 0)
) is not true
{% endtest %}
