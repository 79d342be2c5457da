{{ config(schema='winback', tags=['public']) }}
select business_id, customer_id, 'activated' as transition, transition_date
from {{ ref('int_transitions') }}
