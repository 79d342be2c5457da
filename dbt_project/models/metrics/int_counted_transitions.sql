-- The transitions that this run counts, with the segment they count in, and whether they are all that the customer did in a
-- period: most are, and only the others need to be put together customer by customer.
with counted {{ inlined() }} (
    {{ counted_rows('int_transitions', 'transition_date') }}
),

segments as (
    select customer_key, weight, segment_key
    from {{ ref('int_counted_segments') }}
),

-- Periods are worked out once for each date, not for each transition on it.
dates as (
    select
        each_date
        {%- for grain in period_grains() %},
        {{ grain }}_start,
        {{ period_end(grain, grain ~ '_start') }} as {{ grain }}_end
        {%- endfor %}
    from (
        select
            transition_date as each_date
            {%- for grain in period_grains() %},
            {{ period_start(grain, 'transition_date') }} as {{ grain }}_start
            {%- endfor %}
        from (select distinct transition_date from counted) as transition_dates
    ) as started
)

select
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
    coalesce({{ add_days('counted.transition_date', '-counted.days_in_from_state') }} < dates.{{ grain }}_start, true)
    and (counted.next_transition_date is null or counted.next_transition_date > counted.counted_to or counted.next_transition_date > dates.{{ grain }}_end)
        as is_alone_in_{{ grain }}
    {%- endfor %}
from counted
inner join segments on counted.customer_key = segments.customer_key and counted.weight = segments.weight
inner join dates on counted.transition_date = dates.each_date
