with summed as (
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

counted as (
    select
        *,
        {{ return_rate_of_observed() }}
    from summed
),

strategies as (
    select business_id, strategy, min(case when is_observational then 1 else 0 end) = 1 as is_observational
    from {{ ref('int_campaign_arms') }}
    group by business_id, strategy
),

compared as (
    select
        *,
        case when are_independent then z end as independent_z,
        case when are_independent then {{ z_95() }} * standard_error end as half_width
    from {{ ref('int_strategy_comparisons') }}
)

select
    counted.business_id,
    counted.strategy,
    counted.arm,
    counted.target_state,
    cast(counted.touched as bigint) as touched,
    cast(counted.observed as bigint) as observed,
    cast(counted.returned as bigint) as returned,
    counted.return_rate,
    counted.return_rate_low,
    counted.return_rate_high,
    cast(counted.cost as {{ type_double() }}) as cost,
    cast(counted.revenue as decimal(38, 4)) as revenue,
    {{ share('counted.cost', 'counted.returned') }} as cost_per_return,
    compared.lift,
    compared.lift - compared.half_width as lift_low,
    compared.lift + compared.half_width as lift_high,
    {{ normal_p_value('compared.independent_z') }} as p_value,
    {{ incremental('compared.lift', 'compared.observed', 'compared.cost') }},
    strategies.is_observational
from counted
inner join strategies on counted.business_id = strategies.business_id and counted.strategy = strategies.strategy
left join compared
    on
        counted.business_id = compared.business_id
        and counted.strategy = compared.strategy
        and counted.target_state = compared.target_state
        and counted.arm = 'treatment'
