-- The transitions that this run counts, with the segment they count in, and whether they are all that the customer did in a
-- period: most are, and only the others need to be put together customer by customer.
with counted as (
    {{ counted_rows('int_transitions', 'transition_date') }}
),

segments as (
    select customer_key, weight, business_id, segment_key
    from {{ ref('int_counted_segments') }}
)

select
    segments.business_id,
    segments.segment_key,
    counted.customer_key,
    counted.weight,
    counted.transition_date,
    counted.transition,
    counted.from_state,
    counted.to_state,
    counted.days_in_from_state,
    counted.next_transition_date,
    counted.counted_to,
    counted.first_bought_on
    {%- for grain in period_grains() %},
    {{ opens_period(grain) }} and {{ closes_period(grain) }} as is_alone_in_{{ grain }}
    {%- endfor %}
from counted
inner join segments on counted.customer_key = segments.customer_key and counted.weight = segments.weight
