-- Exits that were not made good, by date, reason and segment, and how many of them were won back within 90 days.
select
    segments.segment_key,
    absences.away_from as exited_on,
    cast(absences.exit_kind as {{ dbt.type_string() }}) as exit_kind,
    absences.exit_reason,
    count(*) as exits,
    sum(case when absences.is_return = 1 and absences.t <= {{ exit_window_days() }} then 1 else 0 end) as exits_won_back
from {{ ref('int_absences_seen') }} as absences
inner join {{ ref('int_customer_segments') }} as segments on absences.customer_key = segments.customer_key
where absences.from_state = 'former'
group by 1, 2, 3, 4
