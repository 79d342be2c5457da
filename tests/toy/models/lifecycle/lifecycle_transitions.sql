{{ config(schema='winback', tags=['public']) }}
select business_id, customer_id, 'activated' as transition, transition_date, 0 as days_in_from_state
from {{ ref('int_transitions') }}
