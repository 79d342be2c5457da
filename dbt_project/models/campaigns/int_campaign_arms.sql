-- The outcome of a campaign, by arm and by the state that customers were in when touched, with each treatment compared to the control of the same
-- state. Only closed windows count: an open one would show its cost before its returns. Every target is included twice: in its own state, and in
-- `all`, where customers who were already active count as 0.
with targets as (
    select *, target_state as counted_under, 1 as counts
    from {{ ref('int_campaign_outcomes') }}
    union all
    select *, 'all' as counted_under, case when target_state = 'active' then 0 else 1 end as counts
    from {{ ref('int_campaign_outcomes') }}
),

arm_counts as (
    select
        business_id,
        campaign_id,
        strategy,
        is_observational,
        arm,
        counted_under as target_state,
        sum(counts) as touched,
        sum(counts * observed) as observed,
        sum(counts * observed * returned) as returned,
        cast(sum(counts * observed * cost) as decimal(37, 10))
        + coalesce(cast(sum(counts * observed * campaign_cost) as decimal(37, 10)), 0) as cost,
        sum(counts * observed * revenue) as revenue
    from targets
    group by business_id, campaign_id, strategy, is_observational, arm, counted_under
),

arm_rates as (
    select
        *,
        {{ return_rate_of_observed() }}
    from arm_counts
)

-- The comparison is null in a control's row, and if either arm has no rate.
select
    arms.*,
    control.observed as control_observed,
    arms.return_rate - control.return_rate as lift,
    {{ newcombe('arms.return_rate', 'control.return_rate', 'low') }} as lift_low,
    {{ newcombe('arms.return_rate', 'control.return_rate', 'high') }} as lift_high,
    arms.return_rate * (1 - arms.return_rate) / arms.observed
    + control.return_rate * (1 - control.return_rate) / control.observed as variance,
    {{ pooled_variance('arms.returned', 'arms.observed', 'control.returned', 'control.observed') }} as pooled_variance,
    cast(arms.observed as {{ type_double() }}) * control.observed / (arms.observed + control.observed) as weight
from arm_rates as arms
left join arm_rates as control
    on
        arms.business_id = control.business_id
        and arms.campaign_id = control.campaign_id
        and arms.target_state = control.target_state
        and arms.arm = 'treatment' and control.arm = 'control'
        and arms.return_rate is not null and control.return_rate is not null
