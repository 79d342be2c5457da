-- The campaigns of a strategy compared together: the mean of their lifts with Mantel-Haenszel weights, so that differences in arm size between
-- campaigns create no effect. Terms are summed as decimals, so that the result does not depend on the order of the campaigns.
with terms as (
    select
        *,
        cast(weight as decimal(38, 12)) as kept_weight,
        cast(weight * lift as decimal(38, 12)) as weighted_lift,
        cast(weight * weight * variance as decimal(38, 12)) as weighted_variance,
        cast(weight * weight * pooled_variance as decimal(38, 12)) as weighted_pooled_variance
    from {{ ref('int_campaign_arms') }}
    where lift is not null
),

strategy_sums as (
    select
        business_id,
        strategy,
        target_state,
        sum(observed) as observed,
        sum(control_observed) as control_observed,
        sum(cost) as cost,
        sum(kept_weight) as kept_weight,
        -- Lifts that cancel out give 0, despite rounding errors in their last digits.
        case when abs(sum(weighted_lift)) > 0.00000000001 * count(*) then sum(weighted_lift) else 0 end as weighted_lift,
        sqrt(cast(sum(weighted_variance) as {{ type_double() }})) as weighted_error,
        sqrt(cast(sum(weighted_pooled_variance) as {{ type_double() }})) as weighted_pooled_error
    from terms
    group by business_id, strategy, target_state
),

-- A customer in several campaigns makes the campaigns' rates dependent, so their variances do not add up.
repeated_targets as (
    select targets.business_id, targets.strategy, terms.target_state, targets.customer_key
    from {{ ref('int_campaign_outcomes') }} as targets
    inner join terms
        on
            targets.business_id = terms.business_id
            and targets.campaign_id = terms.campaign_id
            and (targets.target_state = terms.target_state or (terms.target_state = 'all' and targets.target_state <> 'active'))
    where targets.observed = 1
    group by targets.business_id, targets.strategy, terms.target_state, targets.customer_key
    having count(*) > 1
),

overlapping_strategies as (
    select distinct business_id, strategy, target_state from repeated_targets
)

select
    strategy_sums.business_id,
    strategy_sums.strategy,
    strategy_sums.target_state,
    strategy_sums.observed,
    strategy_sums.control_observed,
    strategy_sums.cost,
    {{ share('strategy_sums.weighted_lift', 'strategy_sums.kept_weight') }} as lift,
    strategy_sums.weighted_error / cast(strategy_sums.kept_weight as {{ type_double() }}) as standard_error,
    cast(strategy_sums.weighted_lift as {{ type_double() }}) / nullif(strategy_sums.weighted_pooled_error, 0) as z,
    overlapping_strategies.strategy is null as are_independent
from strategy_sums
left join overlapping_strategies
    on
        strategy_sums.business_id = overlapping_strategies.business_id
        and strategy_sums.strategy = overlapping_strategies.strategy
        and strategy_sums.target_state = overlapping_strategies.target_state
