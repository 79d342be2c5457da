with arm_sums as (
    select
        business_id,
        strategy,
        arm,
        target_state,
        sum(touched) as touched,
        sum(observed) as observed,
        sum(returned) as returned,
        sum(cost) as cost,
        sum(revenue) as revenue
    from {{ ref('int_campaign_arms') }}
    group by business_id, strategy, arm, target_state
),

arm_rates as (
    select
        *,
        {{ return_rate_of_observed() }}
    from arm_sums
),

strategies as (
    select business_id, strategy, min(case when is_observational then 1 else 0 end) = 1 as is_observational
    from {{ ref('int_campaign_arms') }}
    group by business_id, strategy
),

comparisons as (
    select
        *,
        case when are_independent then z end as independent_z,
        case when are_independent then {{ z_95() }} * standard_error end as half_width
    from {{ ref('int_strategy_comparisons') }}
)

select
    arm_rates.business_id,
    arm_rates.strategy,
    arm_rates.arm,
    arm_rates.target_state,
    cast(arm_rates.touched as bigint) as touched,
    cast(arm_rates.observed as bigint) as observed,
    cast(arm_rates.returned as bigint) as returned,
    arm_rates.return_rate,
    arm_rates.return_rate_low,
    arm_rates.return_rate_high,
    cast(arm_rates.cost as {{ type_double() }}) as cost,
    cast(arm_rates.revenue as decimal(38, 4)) as revenue,
    {{ share('arm_rates.cost', 'arm_rates.returned') }} as cost_per_return,
    comparisons.lift,
    comparisons.lift - comparisons.half_width as lift_low,
    comparisons.lift + comparisons.half_width as lift_high,
    {{ normal_p_value('comparisons.independent_z') }} as p_value,
    {{ incremental('comparisons.lift', 'comparisons.observed', 'comparisons.cost') }},
    strategies.is_observational
from arm_rates
inner join strategies on arm_rates.business_id = strategies.business_id and arm_rates.strategy = strategies.strategy
left join comparisons
    on
        arm_rates.business_id = comparisons.business_id
        and arm_rates.strategy = comparisons.strategy
        and arm_rates.target_state = comparisons.target_state
        and arm_rates.arm = 'treatment'
