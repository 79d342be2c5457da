{# For each date and name, as many transitions are published as the schedule contains up to the as-of date: no customer keeps outdated transitions. #}
{% test published_transitions_match_schedule(model) %}
with scheduled as (
    select transitions.transition_date, transitions.transition, count(*) as transitions
    from {{ ref('int_transitions') }} as transitions
    where transitions.transition_date <= {{ as_of_date() }}
    group by transitions.transition_date, transitions.transition
),

published as (
    select transition_date, transition, count(*) as transitions
    from {{ model }}
    group by transition_date, transition
)

select
    coalesce(published.transition_date, scheduled.transition_date) as transition_date,
    coalesce(published.transition, scheduled.transition) as transition,
    published.transitions as transitions_published,
    scheduled.transitions as transitions_scheduled
from published
full outer join scheduled
    on published.transition_date = scheduled.transition_date and published.transition = scheduled.transition
where (published.transitions = scheduled.transitions) is not true
{% endtest %}
