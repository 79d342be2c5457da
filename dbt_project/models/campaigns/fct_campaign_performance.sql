with arms as (
    select
        *,
        lift / sqrt(pooled_variance) as z
    from {{ ref('int_campaign_arms') }}
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
    arms.lift,
    arms.lift_low,
    arms.lift_high,
    {{ normal_p_value('arms.z') }} as p_value,
    {{ incremental('arms.lift', 'arms.observed', 'arms.cost') }},
    arms.is_observational
from arms
inner join {{ ref('stg_campaigns') }} as campaigns on arms.business_id = campaigns.business_id and arms.campaign_id = campaigns.campaign_id
