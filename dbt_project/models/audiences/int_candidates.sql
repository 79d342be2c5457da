-- All inactive customers as people to contact: whether they may be contacted, how likely they are to return, and the value of that return.
{{ config(materialized='view') }}
{%- set cool_down_days = var('cool_down_days') | int -%}
with inactive_customers as (
    select *, {{ days_between('since', as_of_date()) }} as days_away
    from {{ ref('int_inactive_customers') }}
),

-- Records that state that their customer may be contacted. A missing statement is not consent.
consents as (
    select business_id, customer_id
    from {{ ref('stg_customers') }}
    where contactable
),

-- Customers into whom a record without consent was merged.
people_without_consent as (
    select distinct merged.business_id, merged.survivor_id
    from {{ ref('int_merge_targets') }} as merged
    left join consents on merged.business_id = consents.business_id and merged.customer_id = consents.customer_id
    where consents.customer_id is null
),

-- When a customer was last touched, by any campaign and in either arm: contacting a control would bias the comparison.
last_touches as (
    select customer_key, max(touched_at) as last_touched_at, max(touched_on) as last_touched_on
    from {{ ref('int_touches') }}
    where touched_on <= {{ as_of_date() }}
    group by customer_key
),

-- Strategies that were tested on enough people in a state and have a significant positive lift; the one with the greatest lift comes first.
strategies as (
    select
        performance.business_id,
        performance.target_state,
        performance.strategy,
        row_number() over (partition by performance.business_id, performance.target_state order by performance.lift desc, {{ binary_collation('performance.strategy') }}) as row_num
    from {{ ref('fct_strategy_performance') }} as performance
    inner join {{ ref('int_strategy_comparisons') }} as compared
        on
            performance.business_id = compared.business_id
            and performance.strategy = compared.strategy
            and performance.target_state = compared.target_state
    where performance.strategy <> '(none)' and performance.arm = 'treatment' and performance.lift_low > 0 and compared.observed >= 100 and compared.control_observed >= 100
),

candidates as (
    select
        inactive_customers.*,
        consents.customer_id is not null and people_without_consent.survivor_id is null as contactable,
        last_touches.last_touched_at,
        last_touches.last_touched_on,
        strategies.strategy as suggested_strategy
    from inactive_customers
    left join consents on inactive_customers.business_id = consents.business_id and inactive_customers.customer_id = consents.customer_id
    left join people_without_consent on inactive_customers.business_id = people_without_consent.business_id and inactive_customers.customer_id = people_without_consent.survivor_id
    left join last_touches on inactive_customers.customer_key = last_touches.customer_key
    left join strategies on inactive_customers.business_id = strategies.business_id and inactive_customers.from_state = strategies.target_state and strategies.row_num = 1
)

select
    people.business_id,
    people.customer_id,
    people.from_state,
    people.since,
    people.exit_kind,
    people.exit_reason,
    people.last_purchase_on,
    people.lifetime_revenue,
    people.revenue_365_days_before,
    people.previous_returns,
    people.last_touched_at,
    people.contactable,
    case
        when not people.contactable then 'no_consent'
        when people.last_touched_on > {{ add_days(as_of_date(), -cool_down_days) }} then 'cool_down'
    end as suppressed_because,
    chances.return_probability,
    chances.return_probability * chances.mean_revenue as expected_value,
    people.suggested_strategy
from candidates as people
left join {{ ref('int_return_chances') }} as chances
    on
        people.business_id = chances.business_id
        and people.from_state = chances.from_state
        and people.exit_kind is not distinct from chances.exit_kind
        and people.days_away = chances.days_away
