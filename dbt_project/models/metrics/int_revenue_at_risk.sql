-- The value of customers who lapsed or churned: their revenue in the 365 days before, summed by the date on which they left. Customers who had
-- already left in the same period are kept apart, because a customer counts once per period, with the first date.
with departures as (
    select
        segment_key,
        customer_key,
        sign,
        transition_date as left_on,
        lag(transition_date) over (partition by customer_key, sign order by transition_date) as previous_left_on
    from {{ ref('int_transition_deltas') }}
    where transition in ('lapsed', 'churned')
),

departures_by_period as (
    select
        *
        {%- for grain in period_grains() %},
        previous_left_on is null or previous_left_on < {{ period_start(grain, 'left_on') }} as is_first_in_{{ grain }}
        {%- endfor %}
    from departures
)

select
    departures_by_period.segment_key,
    departures_by_period.left_on
    {%- for grain in period_grains() %},
    departures_by_period.is_first_in_{{ grain }}
    {%- endfor %},
    sum(departures_by_period.sign * days.revenue) as revenue_at_risk
from departures_by_period
inner join {{ ref('int_day_deltas') }} as days
    on
        departures_by_period.customer_key = days.customer_key
        and departures_by_period.sign = days.sign
        and {{ in_year_before('days.event_date', 'departures_by_period.left_on') }}
group by departures_by_period.segment_key, departures_by_period.left_on{% for grain in period_grains() %}, departures_by_period.is_first_in_{{ grain }}{% endfor %}
