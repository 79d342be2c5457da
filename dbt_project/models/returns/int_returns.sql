-- Every return with what came before and after it, including future returns. Does not depend on the as-of date: what a return led to is only shown
-- once the days it takes are over.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key') }}
with transitions as (
    select
        *,
        sum(case when transition in ('won_back', 'reactivated') then 1 else 0 end)
            over (partition by customer_key order by transition_date rows between unbounded preceding and 1 preceding) as previous_returns,
        min(case when transition = 'churned' then transition_date end)
            over (partition by customer_key order by transition_date rows between 1 following and unbounded following) as next_churned_on
    from {{ ref('int_transitions') }}
    where {{ is_affected('customer_key') }}
),

returns as (
    select
        customer_key,
        transition_date as returned_on,
        {{ add_days('transition_date', '-days_in_from_state') }} as away_from,
        transition as return_type,
        from_state,
        days_in_from_state as days_away,
        exit_kind,
        exit_reason,
        coalesce(previous_returns, 0) as previous_returns,
        next_churned_on
    from transitions
    where transition in ('won_back', 'reactivated', 'recovered') or (transition = 'acquired' and from_state <> 'unknown')
),

return_values as (
    select
        returns.customer_key,
        returns.returned_on,
        max(case when days.has_purchase and days.event_date < returns.returned_on then days.event_date end) as last_purchased_on,
        min(case when days.has_purchase and days.event_date > returns.returned_on then days.event_date end) as next_purchased_on,
        sum(case
            when days.event_date >= returns.returned_on and days.event_date <= {{ last_revenue_date('returns.returned_on') }} then days.revenue
            else 0
        end) as revenue_90_days_after,
        sum(case
            when {{ in_year_before('days.event_date', 'returns.away_from') }} then days.revenue
            else 0
        end) as revenue_365_days_before
    from returns
    inner join {{ ref('int_customer_days') }} as days on returns.customer_key = days.customer_key
    group by returns.customer_key, returns.returned_on
),

credited_campaigns as (
    select customer_key, returned_on, campaign_id
    from (
        select
            returns.customer_key,
            returns.returned_on,
            targets.campaign_id,
            row_number() over (
                partition by returns.customer_key, returns.returned_on
                order by targets.touched_at desc, {{ binary_collation('targets.touch_id') }} desc
            ) as row_num
        from returns
        inner join {{ ref('int_targets') }} as targets
            on
                returns.customer_key = targets.customer_key
                and returns.returned_on >= targets.touched_on
                and returns.returned_on <= targets.window_ends_on
        left join {{ ref('int_came_back_this_run') }} as back
            on returns.customer_key = back.customer_key and returns.returned_on = back.returned_on
        where targets.arm = 'treatment' and (returns.returned_on > targets.touched_on or back.came_back_at >= targets.touched_at)
    ) as touches
    where row_num = 1
)

select
    returns.customer_key,
    returns.returned_on,
    returns.return_type,
    returns.from_state,
    returns.days_away,
    {{ days_between('return_values.last_purchased_on', 'returns.returned_on') }} as days_since_last_purchase,
    returns.exit_kind,
    returns.exit_reason,
    cast(returns.previous_returns as integer) as previous_returns,
    cast(return_values.revenue_90_days_after as decimal(18, 4)) as revenue_90_days_after,
    cast(return_values.revenue_365_days_before as decimal(18, 4)) as revenue_365_days_before,
    credited_campaigns.campaign_id,
    return_values.next_purchased_on,
    returns.next_churned_on
from returns
inner join return_values on returns.customer_key = return_values.customer_key and returns.returned_on = return_values.returned_on
left join credited_campaigns on returns.customer_key = credited_campaigns.customer_key and returns.returned_on = credited_campaigns.returned_on
