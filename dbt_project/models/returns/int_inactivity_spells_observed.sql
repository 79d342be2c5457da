-- Inactivity spells as far as they have been observed: `t` days long, and ended by a return or still open. A payment that was made good is not an
-- exit.
{{ config(materialized='view') }}
with observed_spells as (
    select
        absences.*,
        {{ as_of_date() }} as as_of_date,
        case when absences.ended_on <= {{ as_of_date() }} then absences.ended_by end as seen_to_end_by,
        least(coalesce(absences.ended_on, {{ as_of_date() }}), {{ as_of_date() }}) as seen_until
    from {{ ref('int_inactivity_spells') }} as absences
    where absences.away_from <= {{ as_of_date() }}
)

select
    business_id,
    customer_key,
    from_state,
    exit_kind,
    exit_reason,
    away_from,
    seen_until,
    at_risk_from_day,
    {{ days_between('away_from', 'seen_until') }} as t,
    case when seen_to_end_by in ('won_back', 'reactivated', 'acquired') then 1 else 0 end as is_return
from observed_spells
where from_state <> 'former' or coalesce(seen_to_end_by, '') <> 'recovered'
