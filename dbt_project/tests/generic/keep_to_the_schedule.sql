{# As many transitions are published of each date and name as the schedule holds up to the date counted to: nobody's are left as
   they once were. #}
{% test keep_to_the_schedule(model) %}
with scheduled as (
    select customers.business_id, transitions.transition_date, transitions.transition, count(*) as transitions
    from {{ ref('int_transitions') }} as transitions
    inner join {{ ref('int_customers') }} as customers on transitions.customer_key = customers.customer_key
    cross join {{ ref('int_as_of_date') }} as as_of
    where transitions.transition_date <= as_of.as_of_date
    group by customers.business_id, transitions.transition_date, transitions.transition
),

published as (
    select business_id, transition_date, transition, count(*) as transitions
    from {{ model }}
    group by business_id, transition_date, transition
)

select
    coalesce(published.business_id, scheduled.business_id) as business_id,
    coalesce(published.transition_date, scheduled.transition_date) as transition_date,
    coalesce(published.transition, scheduled.transition) as transition,
    published.transitions as transitions_published,
    scheduled.transitions as transitions_scheduled
from published
full outer join scheduled
    on
        published.business_id = scheduled.business_id
        and published.transition_date = scheduled.transition_date
        and published.transition = scheduled.transition
where (published.transitions = scheduled.transitions) is not true
{% endtest %}
