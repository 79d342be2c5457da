with counted as (
    select
        business_id,
        strategy,
        arm,
        target_state,
        sum(touched) as touched,
        sum(observed) as observed,
        sum(returned) as returned,
        case when target_state <> 'active' then sum(observed) end as could_return,
        sum(cost) as cost,
        sum(revenue) as revenue
    from {{ ref('int_arms') }}
    group by business_id, strategy, arm, target_state
),

strategies as (
    select business_id, strategy, min(case when is_observational then 1 else 0 end) = 1 as is_observational
    from {{ ref('int_arms') }}
    group by business_id, strategy
),

compared as (
    select
        *,
        case when are_independent then z end as independent_z,
        case when are_independent then {{ z_95() }} * standard_error end as half_width,
        lift * observed as incremental_returns
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
    {{ share_with_interval('return_rate', 'counted.returned', 'counted.could_return') }},
    cast(counted.cost as double precision) as cost,
    cast(counted.revenue as decimal(38, 4)) as revenue,
    {{ share('counted.cost', 'counted.returned') }} as cost_per_return,
    compared.lift,
    compared.lift - compared.half_width as lift_low,
    compared.lift + compared.half_width as lift_high,
    {{ two_sided('compared.independent_z') }} as p_value,
    compared.incremental_returns,
    case when compared.incremental_returns > 0 then compared.cost / compared.incremental_returns end as cost_per_incremental_return,
    strategies.is_observational
from counted
inner join strategies on counted.business_id = strategies.business_id and counted.strategy = strategies.strategy
left join compared
    on
        counted.business_id = compared.business_id
        and counted.strategy = compared.strategy
        and counted.target_state = compared.target_state
        and counted.arm = 'treatment'
