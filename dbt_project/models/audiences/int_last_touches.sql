-- When a customer was last touched, by any campaign and in either arm: contacting a control would spoil the comparison.
select
    touches.customer_key,
    max(touches.touched_at) as last_touched_at,
    max(touches.touched_on) as last_touched_on
from {{ ref('int_touches') }} as touches
where touches.touched_on <= {{ as_of_date() }}
group by touches.customer_key
