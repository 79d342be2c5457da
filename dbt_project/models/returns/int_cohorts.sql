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
    from {{ ref('int_absences_seen') }}
    group by 1, 2, 3, 4, 5, 6
)

{%- for kind in ['cast(exit_kind as ' ~ dbt.type_string() ~ ')', "'all'"] %}
{%- for month in ['cohort_month', 'cast(null as date)'] %}
select
    business_id,
    from_state,
    {{ kind }} as exit_kind,
    {{ month }} as cohort_month,
    t,
    at_risk_from_day,
    last_away_from,
    absences,
    returns
from counted
{{ "where from_state = 'former'" if kind == "'all'" }}
{{ 'union all' if not loop.last }}
{%- endfor %}
{{ 'union all' if not loop.last }}
{%- endfor %}
