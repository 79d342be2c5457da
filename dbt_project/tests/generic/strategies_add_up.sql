{# A strategy's rows are the sums of its campaigns' rows, and its lift lies between the smallest and the greatest lift of its campaigns. #}
{% test strategies_add_up(model) %}
with added as (
    select
        business_id,
        coalesce(strategy, '(none)') as strategy,
        arm,
        target_state,
        sum(touched) as touched,
        sum(observed) as observed,
        sum(returned) as returned,
        sum(revenue) as revenue,
        min(lift) as least_lift,
        max(lift) as greatest_lift
    from {{ ref('fct_campaign_performance') }}
    group by 1, 2, 3, 4
)

select strategies.*, added.least_lift, added.greatest_lift
from {{ model }} as strategies
full outer join added
    on
        strategies.business_id = added.business_id
        and strategies.strategy = added.strategy
        and strategies.arm = added.arm
        and strategies.target_state = added.target_state
where (
    strategies.touched = added.touched
    and strategies.observed = added.observed
    and strategies.returned = added.returned
    and strategies.revenue = added.revenue
    and (strategies.lift is null) = (added.least_lift is null)
    and (strategies.lift is null or strategies.lift between added.least_lift - 1e-9 and added.greatest_lift + 1e-9)
) is not true
{% endtest %}
