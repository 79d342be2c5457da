-- The Kaplan-Meier curve of each cohort, at each day on which a customer returned or was last observed, and at the ends of 24 months of 30 days.
with cohorts as (
    select distinct business_id, from_state, exit_kind, cohort_month
    from {{ ref('int_cohorts') }}
),

observations as (
    select business_id, from_state, exit_kind, cohort_month, at_risk_from_day as t, absences as entries, 0 as returns, 0 as departures
    from {{ ref('int_cohorts') }}
    where t >= at_risk_from_day
    union all
    select business_id, from_state, exit_kind, cohort_month, t, 0, returns, absences
    from {{ ref('int_cohorts') }}
    where t >= at_risk_from_day
    union all
    select cohorts.business_id, cohorts.from_state, cohorts.exit_kind, cohorts.cohort_month, months.t, 0, 0, 0
    from cohorts
    cross join (
        {%- for k in range(1, 25) %}
        select {{ 30 * k }} as t{{ ' union all' if not loop.last }}
        {%- endfor %}
    ) as months
)

{{ kaplan_meier('observations', ['business_id', 'from_state', 'exit_kind', 'cohort_month']) }}
