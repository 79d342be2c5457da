-- The absences that began in a month, by length; each counts by its kind of exit and in all kinds, in its month and in all.
with counted as (
    select
        business_id,
        from_state,
        exit_kind,
        {{ period_start('month', 'away_from') }} as cohort_month,
        t,
        at_risk_from_day,
        max(away_from) as last_away_from,
        count(*) as absences,
        sum(is_return) as returns
    from {{ ref('int_inactivity_spells_observed') }}
    group by 1, 2, 3, 4, 5, 6
)

select
    counted.business_id,
    counted.from_state,
    case when pooled.all_kinds then 'all' else cast(counted.exit_kind as {{ dbt.type_string() }}) end as exit_kind,
    case when not pooled.all_months then counted.cohort_month end as cohort_month,
    counted.t,
    counted.at_risk_from_day,
    counted.last_away_from,
    counted.absences,
    counted.returns
from counted
cross join (values (false, false), (false, true), (true, false), (true, true)) as pooled (all_kinds, all_months)
where counted.from_state = 'former' or not pooled.all_kinds
