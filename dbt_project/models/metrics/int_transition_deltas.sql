-- The transitions that this refresh adds to the period counts (sign 1) and those that it subtracts (sign -1), with the segment key and whether each
-- is the customer's only transition in a period. Most are, and only the others have to be combined customer by customer.
{%- set published_transitions = published('transitions') %}
{%- set published_segments = published('customer_segments') %}
with added as (
    select transitions.*, segments.segment_key, {{ as_of_date() }} as counted_to, 1 as sign
    from {{ ref('int_transitions') }} as transitions
    inner join {{ ref('int_customer_segments') }} as segments on transitions.customer_key = segments.customer_key
    where transitions.transition_date <= {{ as_of_date() }} and {{ is_changed('transitions.customer_key') }}
),

deltas {{ not_materialized() }} (
    select * from added
    {%- if not is_rebuild() %}
    union all
    select transitions.*, segments.segment_key, {{ previous_as_of_date() }}, -1
    from {{ published_transitions }} as transitions
    inner join {{ published_segments }} as segments on transitions.customer_key = segments.customer_key
    where transitions.transition_date <= {{ previous_as_of_date() }} and {{ is_changed('transitions.customer_key') }}
    {%- endif %}
),

-- Periods are computed once for each date, not for each transition on it.
starts as (
    select
        transition_date
        {%- for grain in period_grains() %},
        {{ period_start(grain, 'transition_date') }} as {{ grain }}_start
        {%- endfor %}
    from (select distinct transition_date from deltas) as dates
),

periods as (
    select
        *
        {%- for grain in period_grains() %},
        {{ period_end(grain, grain ~ '_start') }} as {{ grain }}_end
        {%- endfor %}
    from starts
)

select
    deltas.segment_key,
    deltas.customer_key,
    deltas.sign,
    deltas.transition_date,
    deltas.transition,
    deltas.from_state,
    deltas.to_state,
    deltas.days_in_from_state,
    deltas.next_transition_date,
    deltas.counted_to,
    deltas.first_bought_on
    {%- for grain in period_grains() %},
    coalesce({{ add_days('deltas.transition_date', '-deltas.days_in_from_state') }} < periods.{{ grain }}_start, true)
    and (deltas.next_transition_date is null or deltas.next_transition_date > deltas.counted_to or deltas.next_transition_date > periods.{{ grain }}_end)
        as is_only_transition_in_{{ grain }}
    {%- endfor %}
from deltas
inner join periods on deltas.transition_date = periods.transition_date
