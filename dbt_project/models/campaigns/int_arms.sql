-- What a campaign came to, by arm and by the state in which it met people; all of them but those already active as well.
-- Only windows that have closed count: an open one would show its cost before its returns.
with targets as (
    select
        *,
        case when target_state = 'active' then 0 else 1 end as counts_in_all
    from {{ ref('int_observed_targets') }}
),

counted as (
    {%- for state, counts in {'target_state': '1', "'all'": 'counts_in_all'}.items() %}
    select
        business_id,
        campaign_id,
        strategy,
        is_observational,
        arm,
        {{ state }} as target_state,
        sum({{ counts }}) as touched,
        sum({{ counts }} * observed) as observed,
        sum({{ counts }} * observed * returned) as returned,
        cast(sum({{ counts }} * observed * cost) as decimal(37, 10))
        + coalesce(cast(sum({{ counts }} * observed * campaign_cost) as decimal(37, 10)), 0) as cost,
        sum({{ counts }} * observed * revenue) as revenue
    from targets
    group by 1, 2, 3, 4, 5, 6
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    business_id,
    campaign_id,
    strategy,
    is_observational,
    arm,
    target_state,
    touched,
    observed,
    returned,
    {{ return_rate_of_observed() }},
    cost,
    revenue
from counted
