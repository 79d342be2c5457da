-- Customers who are current at the open with a valid answer, by their answer, and how many of them are lost at the close. The first number is a
-- stock, the sum of daily changes; only customers who left within a period are examined one by one.
with moves as (
    select
        transitions.customer_key,
        transitions.transition_date,
        transitions.to_state in ('active', 'dormant') as is_current,
        lag(transitions.to_state) over (partition by transitions.customer_key order by transitions.transition_date) in ('active', 'dormant') as was_current
    from {{ ref('int_transitions') }} as transitions
    where
        transitions.transition_date <= {{ as_of_date() }}
        and transitions.customer_key in (select answers.customer_key from {{ ref('int_survey_answers') }} as answers)
),

turns as (
    select
        *,
        lead(transition_date) over (partition by customer_key order by transition_date) as next_turn_on
    from moves
    where is_current <> coalesce(was_current, false)
),

-- The unbroken intervals in which customers with answers were current: from the close of the first date to the close of the day before they left.
-- An interval still open at the as-of date has no end.
spells as (
    select customer_key, transition_date as current_from, next_turn_on as left_on
    from turns
    where is_current
),

in_force as (
    select
        spells.customer_key,
        segments.segment_key,
        answers.satisfaction,
        greatest(answers.opens_from, {{ add_days('spells.current_from', 1) }}) as opens_from,
        least(answers.opens_to, coalesce(spells.left_on, answers.opens_to)) as opens_to,
        spells.left_on
    from {{ ref('int_survey_answers') }} as answers
    inner join spells on answers.customer_key = spells.customer_key
    inner join {{ ref('int_customer_segments') }} as segments on answers.customer_key = segments.customer_key
    where
        greatest(answers.opens_from, {{ add_days('spells.current_from', 1) }})
        <= least(answers.opens_to, coalesce(spells.left_on, answers.opens_to))
),

measured as (
    {%- for grain in period_grains() %}
    -- The first open on or after a date: the open of the period that follows the one with the previous day.
    select segment_key, satisfaction, '{{ grain }}' as period_grain, {{ next_open(grain, 'opens_from') }} as period_start, 1 as answered, 0 as lost
    from in_force
    union all
    select segment_key, satisfaction, '{{ grain }}', {{ next_open(grain, add_days('opens_to', 1)) }}, -1, 0
    from in_force
    union all
    select in_force.segment_key, in_force.satisfaction, '{{ grain }}', {{ period_start(grain, 'in_force.left_on') }}, 0, 1
    from in_force
    left join spells as at_close
        on
            in_force.customer_key = at_close.customer_key
            and at_close.current_from <= {{ period_end(grain, period_start(grain, 'in_force.left_on')) }}
            and (at_close.left_on is null or at_close.left_on > {{ period_end(grain, period_start(grain, 'in_force.left_on')) }})
    where
        {{ period_start(grain, 'in_force.left_on') }} between in_force.opens_from and in_force.opens_to
        and at_close.customer_key is null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    segment_values.business_id,
    measured.period_grain,
    measured.period_start,
    segment_values.segment,
    segment_values.segment_value
    {%- for satisfaction in ['satisfied', 'neutral', 'dissatisfied'] %},
    sum(case when measured.satisfaction = '{{ satisfaction }}' then measured.answered else 0 end) as net_answered_{{ satisfaction }},
    sum(case when measured.satisfaction = '{{ satisfaction }}' then measured.lost else 0 end) as lost_{{ satisfaction }}
    {%- endfor %}
from measured
inner join {{ ref('int_segment_values') }} as segment_values on measured.segment_key = segment_values.segment_key
group by 1, 2, 3, 4, 5
