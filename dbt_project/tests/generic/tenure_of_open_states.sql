{# At the as-of date, the mean tenure equals that of the current customers in lifecycle_states, from their first purchase. #}
{% test tenure_of_open_states(model) %}
with current_customers as (
    select business_id, customer_id
    from {{ ref('lifecycle_states') }}
    where state in ('active', 'dormant') and valid_to is null
),

customers as (
    select states.business_id, states.customer_id, min(states.valid_from) as first_bought_on
    from {{ ref('lifecycle_states') }} as states
    inner join current_customers
        on states.business_id = current_customers.business_id and states.customer_id = current_customers.customer_id
    where states.state in ('active', 'former')
    group by states.business_id, states.customer_id
),

tenures as (
    select
        customers.business_id,
        avg({{ days_between('customers.first_bought_on', 'businesses.as_of_date') }}) as mean_tenure_days
    from customers
    inner join {{ ref('dim_business') }} as businesses on customers.business_id = businesses.business_id
    group by customers.business_id
)

select
    facts.business_id,
    facts.mean_tenure_days,
    tenures.mean_tenure_days as mean_tenure_days_of_states
from {{ model }} as facts
inner join {{ ref('dim_business') }} as businesses
    on facts.business_id = businesses.business_id and facts.period_start = businesses.as_of_date
left join tenures on facts.business_id = tenures.business_id
where
    facts.period_grain = 'day'
    and facts.segment = 'all'
    and (
        abs(facts.mean_tenure_days - tenures.mean_tenure_days) <= 1e-6
        or (facts.mean_tenure_days is null and tenures.mean_tenure_days is null)
    ) is not true
{% endtest %}
