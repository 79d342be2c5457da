-- What a customer who lapsed or churned was worth: the revenue of the 365 days before.
with departures as (
    select transitions.customer_key, transitions.transition_date as left_on
    from {{ ref('int_transitions') }} as transitions
    cross join {{ ref('int_as_of_date') }} as as_of
    where transitions.transition in ('lapsed', 'churned') and transitions.transition_date <= as_of.as_of_date
)

select
    departures.customer_key,
    departures.left_on,
    sum(days.revenue) as revenue_at_risk
from departures
inner join {{ ref('int_customer_days') }} as days
    on
        departures.customer_key = days.customer_key
        and days.event_date < departures.left_on
        and days.event_date >= {{ add_days('departures.left_on', -365) }}
group by departures.customer_key, departures.left_on
