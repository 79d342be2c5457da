{# The transitions published are those of the schedule up to the date counted to: nobody's are left as they once were. #}
{% test keep_to_the_schedule(model) %}
with scheduled as (
    select customers.business_id, customers.customer_id, transitions.transition_date, transitions.transition
    from {{ ref('int_transitions') }} as transitions
    inner join {{ ref('int_customers') }} as customers on transitions.customer_key = customers.customer_key
    cross join {{ ref('int_as_of_date') }} as as_of
    where transitions.transition_date <= as_of.as_of_date
)

select
    coalesce(published.business_id, scheduled.business_id) as business_id,
    coalesce(published.customer_id, scheduled.customer_id) as customer_id,
    published.transition_date,
    published.transition,
    scheduled.transition_date as date_scheduled,
    scheduled.transition as transition_scheduled
from {{ model }} as published
full outer join scheduled
    on
        published.business_id = scheduled.business_id
        and published.customer_id = scheduled.customer_id
        and published.transition_date = scheduled.transition_date
where (published.transition = scheduled.transition) is not true
{% endtest %}
