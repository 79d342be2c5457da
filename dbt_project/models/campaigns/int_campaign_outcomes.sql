-- Customers touched up to the as-of date, with the cost of touching them. `observed`: their window has closed.
with targets_so_far as (
    select targets.*, {{ as_of_date() }} as as_of_date
    from {{ ref('int_targets') }} as targets
    where targets.touched_on <= {{ as_of_date() }}
),

-- A repeated mailing costs again.
touch_costs as (
    select touches.customer_key, touches.campaign_id, sum(touches.cost) as cost
    from {{ ref('int_touches') }} as touches
    where touches.touched_on <= {{ as_of_date() }}
    group by touches.customer_key, touches.campaign_id
),

arms as (
    select
        business_id,
        campaign_id,
        sum(case when arm = 'treatment' then 1 else 0 end) as treated,
        min(case when arm = 'control' then 0 else 1 end) = 1 as is_observational
    from targets_so_far
    group by business_id, campaign_id
)

select
    targets_so_far.business_id,
    targets_so_far.campaign_id,
    coalesce(campaigns.strategy, '(none)') as strategy,
    targets_so_far.customer_key,
    targets_so_far.touched_on,
    targets_so_far.window_ends_on,
    targets_so_far.arm,
    targets_so_far.target_state,
    arms.is_observational,
    case when targets_so_far.window_ends_on <= targets_so_far.as_of_date then 1 else 0 end as observed,
    targets_so_far.returned,
    case when targets_so_far.won_back_on <= targets_so_far.as_of_date then 1 else 0 end as won_back,
    targets_so_far.revenue,
    touch_costs.cost,
    cast(case when targets_so_far.arm = 'treatment' then {{ share('campaigns.cost', 'arms.treated') }} end as decimal(26, 10)) as campaign_cost
from targets_so_far
inner join touch_costs on targets_so_far.customer_key = touch_costs.customer_key and targets_so_far.campaign_id = touch_costs.campaign_id
inner join arms on targets_so_far.business_id = arms.business_id and targets_so_far.campaign_id = arms.campaign_id
inner join {{ ref('stg_campaigns') }} as campaigns
    on targets_so_far.business_id = campaigns.business_id and targets_so_far.campaign_id = campaigns.campaign_id
