{# Every business and segment value has each period of each grain from the start of its history to the as-of date. If periods are whole and unique,
   there is no gap exactly if their days add up to the days between the two ends. #}
{% test every_period(model) %}
with spans as (
    select
        business_id,
        segment,
        segment_value,
        period_grain,
        min(period_start) as first_start,
        max(period_end) as last_end,
        sum({{ days_between('period_start', 'period_end') }} + 1) as days_covered
    from {{ model }}
    group by business_id, segment, segment_value, period_grain
),

segment_values as (
    select business_id, 'all' as segment, 'all' as segment_value
    from {{ ref('dim_business') }}
    union
    select business_id, segment, segment_value
    from spans
),

expected as (
    {%- for grain in period_grains() %}
    select
        segment_values.business_id,
        segment_values.segment,
        segment_values.segment_value,
        '{{ grain }}' as period_grain,
        {{ period_start(grain, 'businesses.history_starts_on') }} as first_start,
        {{ period_end(grain, period_start(grain, 'businesses.as_of_date')) }} as last_end
    from segment_values
    inner join {{ ref('dim_business') }} as businesses on segment_values.business_id = businesses.business_id
    where businesses.history_starts_on is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    coalesce(expected.business_id, spans.business_id) as business_id,
    coalesce(expected.segment, spans.segment) as segment,
    coalesce(expected.segment_value, spans.segment_value) as segment_value,
    coalesce(expected.period_grain, spans.period_grain) as period_grain,
    expected.first_start,
    expected.last_end,
    spans.first_start as first_start_found,
    spans.last_end as last_end_found,
    spans.days_covered
from expected
full outer join spans
    on
        expected.business_id = spans.business_id
        and expected.segment = spans.segment
        and expected.segment_value = spans.segment_value
        and expected.period_grain = spans.period_grain
where (
    spans.first_start = expected.first_start
    and spans.last_end = expected.last_end
    and spans.days_covered = {{ days_between('expected.first_start', 'expected.last_end') }} + 1
) is not true
{% endtest %}
