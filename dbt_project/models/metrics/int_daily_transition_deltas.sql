-- Transitions counted once per day and segment key; every grain sums these counts. A sign of -1 subtracts the earlier counts.
{%- set key -%}
segment_key, transition_date, transition, from_state, to_state
{%- for grain in period_grains() %}, is_only_transition_in_{{ grain }}{% endfor -%}
{%- endset %}
select
    {{ key }},
    sum(sign) as customers,
    sum(sign * {{ days_between("date '1970-01-01'", 'first_bought_on') }}) as first_bought_days
from {{ ref('int_transition_deltas') }}
group by {{ key }}
