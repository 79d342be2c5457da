with compared as (
    select
        *,
        lift / sqrt(pooled_variance) as z
    from {{ ref('int_comparisons') }}
)

select
    arms.business_id,
    arms.campaign_id,
    campaigns.strategy,
    arms.arm,
    arms.target_state,
    cast(arms.touched as bigint) as touched,
    cast(arms.observed as bigint) as observed,
    cast(arms.returned as bigint) as returned,
    arms.return_rate,
    arms.return_rate_low,
    arms.return_rate_high,
    cast(arms.cost as {{ type_double() }}) as cost,
    cast(arms.revenue as decimal(38, 4)) as revenue,
    {{ share('arms.cost', 'arms.returned') }} as cost_per_return,
    compared.lift,
    compared.lift_low,
    compared.lift_high,
    {{ two_sided('compared.z') }} as p_value,
    {{ incremental('compared.lift', 'compared.observed', 'arms.cost') }},
    arms.is_observational
from {{ ref('int_arms') }} as arms
inner join {{ ref('stg_campaigns') }} as campaigns on arms.business_id = campaigns.business_id and arms.campaign_id = campaigns.campaign_id
left join compared
    on
        arms.business_id = compared.business_id
        and arms.campaign_id = compared.campaign_id
        and arms.target_state = compared.target_state
        and arms.arm = 'treatment'
