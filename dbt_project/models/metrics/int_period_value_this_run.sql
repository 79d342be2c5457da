-- The money behind the moves: only the days of those who returned or left are read.
with customers as (
    select
        periods.*,
        segments.business_id,
        segments.segment_key,
        case
            when periods.opening_state = 'former' then periods.first_won_back_on
            when periods.opening_state = 'dormant' then periods.first_returned_on
        end as back_from,
        case periods.period_grain
            {%- for grain in period_grains() %}
            when '{{ grain }}' then {{ period_end(grain, 'periods.period_start') }}
            {%- endfor %}
        end as period_end
    from {{ ref('int_customer_periods') }} as periods
    inner join {{ ref('int_counted_segments') }} as segments
        on periods.customer_key = segments.customer_key and periods.weight = segments.weight
),

returned as (
    select
        customers.business_id,
        customers.segment_key,
        customers.period_grain,
        customers.period_start,
        customers.customer_key,
        customers.weight,
        customers.opening_state,
        sum(days.revenue) as revenue,
        max(case when days.has_purchase then 1 else 0 end) as has_purchase
    from customers
    inner join {{ ref('int_counted_days') }} as days
        on
            customers.customer_key = days.customer_key
            and customers.weight = days.weight
            and days.event_date >= customers.back_from
            and days.event_date <= customers.period_end
    where customers.back_from is not null
    group by 1, 2, 3, 4, 5, 6, 7
),

measured as (
    select
        business_id,
        segment_key,
        period_grain,
        period_start,
        weight,
        case when opening_state = 'dormant' then has_purchase else 0 end as dormant_repurchased,
        case when opening_state = 'former' then revenue else 0 end as won_back_revenue,
        case when opening_state = 'dormant' then revenue else 0 end as reactivated_revenue,
        0 as revenue_at_risk
    from returned
    union all
    select
        customers.business_id,
        customers.segment_key,
        customers.period_grain,
        customers.period_start,
        customers.weight,
        0,
        0,
        0,
        risk.revenue_at_risk
    from customers
    inner join {{ ref('int_revenue_at_risk') }} as risk
        on
            customers.customer_key = risk.customer_key
            and customers.weight = risk.weight
            and customers.first_left_on = risk.left_on
)

select
    business_id,
    segment_key,
    period_grain,
    period_start
    {%- for measure in value_measures() %},
    sum(weight * {{ measure }}) as {{ measure }}
    {%- endfor %}
from measured
group by business_id, segment_key, period_grain, period_start
