-- The revenue behind the transitions: only the days of customers who returned or left are read.
with
-- Customers who opened a period as former or dormant and returned in it, with the date of the return.
returners as (
    select
        period_grain,
        period_start,
        segment_key,
        customer_key,
        sign,
        opening_state,
        case when opening_state = 'former' then first_won_back_on else first_returned_on end as back_from
    from {{ ref('int_multi_transition_customers') }}
    where (opening_state = 'former' and first_transition = 'won_back') or (opening_state = 'dormant' and first_returned_on is not null)
    {%- for grain in period_grains() %}
    union all
    select
        '{{ grain }}' as period_grain,
        {{ period_start(grain, 'transition_date') }} as period_start,
        segment_key,
        customer_key,
        sign,
        from_state as opening_state,
        transition_date as back_from
    from {{ ref('int_transition_deltas') }}
    where is_only_transition_in_{{ grain }} and transition in ('reactivated', 'won_back')
    {%- endfor %}
),

returner_values as (
    {%- for grain in period_grains() %}
    select
        returners.period_grain,
        returners.period_start,
        returners.segment_key,
        returners.customer_key,
        returners.sign,
        returners.opening_state,
        sum(days.revenue) as revenue,
        max(case when days.has_purchase then 1 else 0 end) as has_purchase
    from returners
    inner join {{ ref('int_day_deltas') }} as days
        on
            returners.customer_key = days.customer_key
            and returners.sign = days.sign
            and returners.period_start = {{ period_start(grain, 'days.event_date') }}
            and returners.back_from <= days.event_date
    where returners.period_grain = '{{ grain }}'
    group by 1, 2, 3, 4, 5, 6
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

measures as (
    select
        segment_key,
        period_grain,
        period_start,
        case when opening_state = 'dormant' then sign * has_purchase else 0 end as dormant_repurchased,
        case when opening_state = 'former' then sign * revenue else 0 end as won_back_revenue,
        case when opening_state = 'dormant' then sign * revenue else 0 end as reactivated_revenue,
        0 as revenue_at_risk
    from returner_values
    {%- for grain in period_grains() %}
    union all
    select
        segment_key,
        '{{ grain }}' as period_grain,
        {{ period_start(grain, 'left_on') }} as period_start,
        0 as dormant_repurchased,
        0 as won_back_revenue,
        0 as reactivated_revenue,
        revenue_at_risk
    from {{ ref('int_revenue_at_risk') }}
    where is_first_in_{{ grain }}
    {%- endfor %}
)

select
    segment_key,
    period_grain,
    period_start
    {%- for measure in value_measures() %},
    sum({{ measure }}) as {{ measure }}
    {%- endfor %}
from measures
group by segment_key, period_grain, period_start
