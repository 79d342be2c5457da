-- The outcome of a customer's first touch in a campaign. Does not depend on the as-of date: a closed window contains only dates before it.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key') }}
with ordered_touches as (
    select
        *,
        row_number() over (partition by customer_key, campaign_id order by touched_at, {{ binary_collation('touch_id') }}) as row_num
    from {{ ref('int_touches') }}
    where {{ is_affected('customer_key') }}
),

targets as (
    select
        ordered_touches.customer_key,
        ordered_touches.business_id,
        ordered_touches.campaign_id,
        ordered_touches.touch_id,
        ordered_touches.touched_at,
        ordered_touches.touched_on,
        ordered_touches.arm,
        {{ add_days('ordered_touches.touched_on', 'businesses.attribution_days - 1') }} as window_ends_on
    from ordered_touches
    inner join {{ ref('stg_businesses') }} as businesses on ordered_touches.business_id = businesses.business_id
    where ordered_touches.row_num = 1
),

-- On the date of the touch, only events at or after the time of the touch can be its effect.
window_transitions as (
    select
        targets.customer_key,
        targets.campaign_id,
        targets.touched_on,
        transitions.transition_date,
        transitions.transition,
        transitions.to_state,
        transitions.transition_date > targets.touched_on
        or (transitions.transition_date = targets.touched_on and back.came_back_at >= targets.touched_at) as is_after_touch
    from targets
    inner join {{ ref('int_transitions') }} as transitions
        on targets.customer_key = transitions.customer_key and transitions.transition_date <= targets.window_ends_on
    left join {{ ref('int_came_back_this_run') }} as back
        on transitions.customer_key = back.customer_key and transitions.transition_date = back.returned_on
),

target_returns as (
    select
        customer_key,
        campaign_id,
        {{ value_at_max(
            'case when transition_date < touched_on then to_state end',
            'case when transition_date < touched_on then transition_date end',
        ) }} as target_state,
        max(case when is_after_touch and transition in ('won_back', 'reactivated', 'acquired') then 1 else 0 end) as returned,
        min(case when is_after_touch and transition = 'won_back' then transition_date end) as won_back_on
    from window_transitions
    group by customer_key, campaign_id
),

target_revenue as (
    select targets.customer_key, targets.campaign_id, sum(days.revenue) as revenue
    from targets
    inner join {{ ref('int_customer_days') }} as days
        on
            targets.customer_key = days.customer_key
            and days.event_date >= targets.touched_on
            and days.event_date <= targets.window_ends_on
    group by targets.customer_key, targets.campaign_id
)

-- Customers who are active at the touch are included, but cannot return.
select
    targets.*,
    coalesce(target_returns.target_state, '(none)') as target_state,
    case when coalesce(target_returns.target_state, '(none)') = 'active' then 0 else coalesce(target_returns.returned, 0) end as returned,
    target_returns.won_back_on,
    cast(coalesce(target_revenue.revenue, 0) as decimal(18, 4)) as revenue
from targets
left join target_returns on targets.customer_key = target_returns.customer_key and targets.campaign_id = target_returns.campaign_id
left join target_revenue on targets.customer_key = target_revenue.customer_key and targets.campaign_id = target_revenue.campaign_id
