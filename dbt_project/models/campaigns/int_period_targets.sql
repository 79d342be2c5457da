-- Former customers by the period of a campaign's first treatment touch, counted once per period, and which of them were won back in its window.
with targets as (
    select
        targets.business_id,
        segment_values.segment,
        segment_values.segment_value,
        targets.customer_key,
        targets.touched_on,
        targets.window_ends_on,
        targets.won_back
    from {{ ref('int_campaign_outcomes') }} as targets
    inner join {{ ref('int_customer_segments') }} as segments on targets.customer_key = segments.customer_key
    inner join {{ ref('int_segment_values') }} as segment_values on segments.segment_key = segment_values.segment_key
    where targets.arm = 'treatment' and targets.target_state = 'former'
)

{%- for grain in period_grains() %}
select
    business_id,
    '{{ grain }}' as period_grain,
    {{ period_start(grain, 'touched_on') }} as period_start,
    segment,
    segment_value,
    count(distinct customer_key) as targeted,
    count(distinct case when won_back = 1 then customer_key end) as targeted_won_back,
    max(window_ends_on) as last_window_ends_on
from targets
group by 1, 2, 3, 4, 5
{{ 'union all' if not loop.last }}
{%- endfor %}
