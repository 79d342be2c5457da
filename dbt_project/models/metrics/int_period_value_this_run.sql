-- The money behind the moves: only the days of those who returned or left are read. A returner has one segment key and one opening
-- state in a period: to group by them as well would only widen the keys.
with returned as (
    {%- for grain in period_grains() %}
    select
        '{{ grain }}' as period_grain,
        returners.period_start,
        returners.customer_key,
        returners.sign,
        min(returners.segment_key) as segment_key,
        min(returners.opening_state) as opening_state,
        sum(days.revenue) as revenue,
        max(case when days.has_purchase then 1 else 0 end) as has_purchase
    from {{ ref('int_period_returners') }} as returners
    inner join {{ ref('int_day_deltas') }} as days
        on
            returners.customer_key = days.customer_key
            and returners.sign = days.sign
            and returners.period_start = {{ period_start(grain, 'days.event_date') }}
            and returners.back_from <= days.event_date
    where returners.period_grain = '{{ grain }}'
    group by returners.period_start, returners.customer_key, returners.sign
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

measured as (
    select
        segment_key,
        period_grain,
        period_start,
        case when opening_state = 'dormant' then sign * has_purchase else 0 end as dormant_repurchased,
        case when opening_state = 'former' then sign * revenue else 0 end as won_back_revenue,
        case when opening_state = 'dormant' then sign * revenue else 0 end as reactivated_revenue,
        0 as revenue_at_risk
    from returned
    {%- for grain in period_grains() %}
    union all
    select
        segment_key,
        '{{ grain }}',
        {{ period_start(grain, 'left_on') }},
        0,
        0,
        0,
        revenue_at_risk
    from {{ ref('int_revenue_at_risk') }}
    where is_first_in_{{ grain }}
    {%- endfor %}
)

select
    segment_key,
    period_grain,
    period_start
    {%- for measure in value_measures() %},
    sum({{ measure }}) as {{ measure }}
    {%- endfor %}
from measured
group by segment_key, period_grain, period_start
