-- Those touched up to the date counted to, with what touching them cost. `observed`: their window has closed.
with touched as (
    select targets.*, {{ as_of_date() }} as as_of_date
    from {{ ref('int_targets') }} as targets
    where targets.touched_on <= {{ as_of_date() }}
),

-- A mailing that is repeated costs again.
spent as (
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
    from touched
    group by business_id, campaign_id
)

select
    touched.business_id,
    touched.campaign_id,
    coalesce(campaigns.strategy, '(none)') as strategy,
    touched.customer_key,
    touched.touched_on,
    touched.window_ends_on,
    touched.arm,
    touched.target_state,
    arms.is_observational,
    case when touched.window_ends_on <= touched.as_of_date then 1 else 0 end as observed,
    touched.returned,
    case when touched.won_back_on <= touched.as_of_date then 1 else 0 end as won_back,
    touched.revenue,
    spent.cost,
    cast(case when touched.arm = 'treatment' then {{ share('campaigns.cost', 'arms.treated') }} end as decimal(26, 10)) as campaign_cost
from touched
inner join spent on touched.customer_key = spent.customer_key and touched.campaign_id = spent.campaign_id
inner join arms on touched.business_id = arms.business_id and touched.campaign_id = arms.campaign_id
inner join {{ ref('stg_campaigns') }} as campaigns
    on touched.business_id = campaigns.business_id and touched.campaign_id = campaigns.campaign_id
