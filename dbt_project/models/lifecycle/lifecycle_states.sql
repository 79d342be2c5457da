{{ config(materialized='incremental', incremental_strategy=strategy('replace_changed'), unique_key=['business_id', 'customer_id']) }}
with transitions as (
    select
        transitions.*,
        transitions.next_transition_date <= {{ as_of_date() }} as is_over
    from {{ ref('int_transitions') }} as transitions
    where transitions.transition_date <= {{ as_of_date() }}
)

select
    customers.business_id,
    customers.customer_id,
    cast(transitions.to_state as {{ dbt.type_string() }}) as state,
    transitions.transition_date as valid_from,
    case when transitions.is_over then transitions.next_transition_date end as valid_to,
    cast(case when transitions.to_state = 'former' then transitions.exit_kind end as {{ dbt.type_string() }}) as exit_kind,
    case when transitions.to_state = 'former' then transitions.exit_reason end as exit_reason,
    cast(case when not transitions.is_over then transitions.next_state end as {{ dbt.type_string() }}) as projected_state,
    case when not transitions.is_over then transitions.next_transition_date end as projected_on
from transitions
inner join {{ ref('int_customers') if is_rebuild() else ref('int_changed_customers') }} as customers on transitions.customer_key = customers.customer_key
