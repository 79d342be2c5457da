{{ config(schema='winback', tags=['public']) }}
select business_id, customer_id, 'active' as state, transition_date as valid_from, cast(null as date) as valid_to
from {{ ref('int_transitions') }}
