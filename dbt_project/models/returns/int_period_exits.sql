-- Exits of each period and segment value by reason; final once the last one is 90 days old.
with by_day as (
    select
        segment_values.business_id,
        segment_values.segment,
        segment_values.segment_value,
        exits.exited_on,
        exits.exit_kind,
        exits.exit_reason,
        sum(exits.exits) as exits,
        sum(exits.exits_won_back) as exits_won_back
    from {{ ref('int_exits_by_day') }} as exits
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
