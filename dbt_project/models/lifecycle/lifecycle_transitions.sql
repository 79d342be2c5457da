{{ config(materialized='incremental', incremental_strategy=strategy('replace_changed'), unique_key=['business_id', 'customer_id']) }}
select
    customers.business_id,
    customers.customer_id,
    transitions.transition_date,
    cast(transitions.transition as {{ dbt.type_string() }}) as transition,
    cast(nullif(transitions.from_state, 'unknown') as {{ dbt.type_string() }}) as from_state,
    cast(transitions.to_state as {{ dbt.type_string() }}) as to_state,
    transitions.days_in_from_state,
    cast(transitions.exit_kind as {{ dbt.type_string() }}) as exit_kind,
    transitions.exit_reason
from {{ ref('int_transitions') }} as transitions
inner join {{ ref('int_customers') if is_rebuild() else ref('int_changed_customers') }} as customers on transitions.customer_key = customers.customer_key
where transitions.transition_date <= {{ as_of_date() }}
