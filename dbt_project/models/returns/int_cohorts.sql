-- Inactivity spells by starting month and length; each counts in its exit kind and in all kinds, in its month and in all months.
with spell_counts as (
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
    spell_counts.business_id,
    spell_counts.from_state,
    case when pooled.all_kinds then 'all' else cast(spell_counts.exit_kind as {{ dbt.type_string() }}) end as exit_kind,
    case when not pooled.all_months then spell_counts.cohort_month end as cohort_month,
    spell_counts.t,
    spell_counts.at_risk_from_day,
    spell_counts.last_away_from,
    spell_counts.absences,
    spell_counts.returns
from spell_counts
cross join (values (false, false), (false, true), (true, false), (true, true)) as pooled (all_kinds, all_months)
where spell_counts.from_state = 'former' or not pooled.all_kinds
