select business_id, 'plan' as segment, 0 as value_count
from {{ ref('stg_businesses') }}
where 1 = 0
