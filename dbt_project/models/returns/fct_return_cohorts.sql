with cohort_sizes as (
    select
        business_id,
        from_state,
        exit_kind,
        cohort_month,
        sum(absences) as entered,
        max(last_away_from) as last_away_from
    from {{ ref('int_cohorts') }}
    group by business_id, from_state, exit_kind, cohort_month
),

months as (
    select
        *,
        t / 30 as months_since,
        lag(returned) over (partition by business_id, from_state, exit_kind, cohort_month order by t) as returned_before
    from {{ ref('int_survival') }}
    where t in ({% for k in range(1, 25) %}{{ 30 * k }}{{ ', ' if not loop.last }}{% endfor %})
)

select
    months.business_id,
    cast(months.from_state as {{ dbt.type_string() }}) as from_state,
    months.exit_kind,
    months.cohort_month,
    cast(months.months_since as integer) as months_since,
    cast(cohort_sizes.entered as bigint) as entered,
    cast(months.at_risk as bigint) as at_risk,
    cast(months.returned - coalesce(months.returned_before, 0) as bigint) as returned,
    cast(months.returned as bigint) as cumulative_returned,
    case when months.t <= months.follow_up then 1 - months.survival end as return_probability,
    -- 30 days after the last customer entered the cohort, the month is over for that customer as well.
    {{ add_days('cohort_sizes.last_away_from', 'months.t') }} <= {{ as_of_date() }} as is_mature
from months
inner join cohort_sizes
    on
        months.business_id = cohort_sizes.business_id
        and months.from_state = cohort_sizes.from_state
        and months.exit_kind is not distinct from cohort_sizes.exit_kind
        and months.cohort_month is not distinct from cohort_sizes.cohort_month
