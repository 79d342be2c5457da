select customer_id
from {{ ref('lifecycle_states') }}
where customer_id = 'fails a test'
