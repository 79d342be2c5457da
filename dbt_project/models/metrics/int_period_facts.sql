-- The only period model: every count of every grain and segment. Stocks are running sums of flows, so no customer is read twice; the public facts
-- below only select columns and divide.
with populated as (
    select business_id, segment, segment_value
    from {{ ref('int_period_counts') }}
    where period_grain = 'year'
    group by business_id, segment, segment_value
    having sum({% for state in lifecycle_states() %}net_{{ state }}{{ ' + ' if not loop.last }}{% endfor %}) > 0
),

segment_values as (
    select business_id, 'all' as segment, 'all' as segment_value
    from {{ ref('dim_business') }}
    union
    select business_id, segment, segment_value
    from populated
    where segment in ('all'{% for segment in available_segments() %}, {{ text_literal(segment) }}{% endfor %})
),

period_counts as (
    select
        periods.business_id,
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        segment_values.segment,
        segment_values.segment_value,
        periods.is_complete,
        periods.is_warm,
        periods.closes_on,
        {%- for column in transition_counts() + mover_counts() + ['dormant_repurchased'] %}
        coalesce(counts.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        {%- for column in value_measures() if column != 'dormant_repurchased' %}
        cast(coalesce(counts.{{ column }}, 0) as decimal(38, 4)) as {{ column }},
        {%- endfor %}
        {%- for state in lifecycle_states() %}
        coalesce(counts.net_{{ state }}, 0) as net_{{ state }},
        cast(coalesce(sum(counts.net_{{ state }}) over to_date, 0) as bigint) as closing_{{ state }},
        {%- endfor %}
        cast(coalesce(sum(counts.net_first_bought_days) over to_date, 0) as bigint) as current_first_bought_days
    from {{ ref('int_periods') }} as periods
    inner join segment_values on periods.business_id = segment_values.business_id
    left join {{ ref('int_period_counts') }} as counts
        on
            periods.business_id = counts.business_id
            and periods.period_grain = counts.period_grain
            and periods.period_start = counts.period_start
            and segment_values.segment = counts.segment
            and segment_values.segment_value = counts.segment_value
    window to_date as (
        partition by periods.business_id, periods.period_grain, segment_values.segment, segment_values.segment_value
        order by periods.period_start rows unbounded preceding
    )
),

period_stocks as (
    select
        *,
        {%- for state in lifecycle_states() %}
        closing_{{ state }} - net_{{ state }} as opening_{{ state }},
        {%- endfor %}
        closing_active + closing_dormant as closing_current
    from period_counts
)

select
    *,
    opening_active + opening_dormant as opening_current,
    opening_active + opening_dormant - current_lost_at_close as current_retained,
    opening_active - active_lost_at_close as active_retained,
    {{ days_between("date '1970-01-01'", 'closes_on') }} - {{ share('current_first_bought_days', 'closing_current') }} as mean_tenure_days
from period_stocks
