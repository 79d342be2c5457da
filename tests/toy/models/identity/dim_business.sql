{{ config(schema='winback', tags=['public']) }}
select businesses.business_id, businesses.name, businesses.timezone, {{ as_of_date() }} as as_of_date, history.history_starts_on
from {{ ref('stg_businesses') }} as businesses
left join (
    select business_id, min(transition_date) as history_starts_on
    from {{ ref('int_transitions') }}
    group by business_id
) as history on businesses.business_id = history.business_id
