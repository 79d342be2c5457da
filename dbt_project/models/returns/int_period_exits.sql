-- Exits of each period and segment value, without recovered ones, by reason, and how many of them were won back within the exit window; final once
-- the window of the last exit is over.
with exits as (
    select
        segments.segment_key,
        absences.away_from as exited_on,
        cast(absences.exit_kind as {{ dbt.type_string() }}) as exit_kind,
        absences.exit_reason,
        count(*) as exits,
        sum(case when absences.is_return = 1 and absences.t <= {{ exit_window_days() }} then 1 else 0 end) as exits_won_back
    from {{ ref('int_inactivity_spells_observed') }} as absences
    inner join {{ ref('int_customer_segments') }} as segments on absences.customer_key = segments.customer_key
    where absences.from_state = 'former'
    group by 1, 2, 3, 4
),

by_day as (
    select
        segment_values.business_id,
        segment_values.segment,
        segment_values.segment_value,
        exits.exited_on,
        exits.exit_kind,
        exits.exit_reason,
        sum(exits.exits) as exits,
        sum(exits.exits_won_back) as exits_won_back
    from exits
    inner join {{ ref('int_segment_values') }} as segment_values on exits.segment_key = segment_values.segment_key
    group by 1, 2, 3, 4, 5, 6
)

{%- for grain in period_grains() %}
select
    business_id,
    '{{ grain }}' as period_grain,
    {{ period_start(grain, 'exited_on') }} as period_start,
    segment,
    segment_value,
    exit_kind,
    exit_reason,
    sum(exits) as exits,
    sum(exits_won_back) as exits_won_back,
    max(exited_on) as last_exited_on
from by_day
group by 1, 2, 3, 4, 5, 6, 7
{{ 'union all' if not loop.last }}
{%- endfor %}
