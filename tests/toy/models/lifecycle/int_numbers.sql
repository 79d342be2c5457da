select cast(customer_id as integer) as customer_number
from {{ ref('int_transitions') }}
where customer_id = 'fails a model'
