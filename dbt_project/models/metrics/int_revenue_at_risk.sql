-- What a customer who lapsed or churned was worth: the revenue of the 365 days before.
with departures as (
    select customer_key, weight, transition_date as left_on
    from {{ ref('int_counted_transitions') }}
    where transition in ('lapsed', 'churned')
)

select
    departures.customer_key,
    departures.weight,
    departures.left_on,
    sum(days.revenue) as revenue_at_risk
from departures
inner join {{ ref('int_counted_days') }} as days
    on
        departures.customer_key = days.customer_key
        and departures.weight = days.weight
        and {{ in_year_before('days.event_date', 'departures.left_on') }}
group by departures.customer_key, departures.weight, departures.left_on
