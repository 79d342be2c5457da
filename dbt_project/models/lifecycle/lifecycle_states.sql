{{ replaces_rows_of('int_changed_customers', ['business_id', 'customer_id']) }}
with transitions as (
    select
        *,
        lead(transition_date) over (partition by customer_key order by transition_date) as next_date,
        lead(to_state) over (partition by customer_key order by transition_date) as next_state
    from {{ ref('int_transitions') }}
    {%- if is_incremental() %}
    where customer_key in (select customer_key from {{ ref('int_changed_customers') }})
    {%- endif %}
)

select
    customers.business_id,
    customers.customer_id,
    transitions.to_state as state,
    transitions.transition_date as valid_from,
    case when transitions.next_date <= as_of.as_of_date then transitions.next_date end as valid_to,
    case when transitions.to_state = 'former' then transitions.exit_kind end as exit_kind,
    case when transitions.to_state = 'former' then transitions.exit_reason end as exit_reason,
    case when transitions.next_date > as_of.as_of_date then transitions.next_state end as projected_state,
    case when transitions.next_date > as_of.as_of_date then transitions.next_date end as projected_on
from transitions
inner join {{ ref('int_customers') }} as customers on transitions.customer_key = customers.customer_key
cross join {{ ref('int_as_of_date') }} as as_of
where transitions.transition_date <= as_of.as_of_date
