-- The days with revenue or a purchase that this refresh counts (sign 1), and those of the same customers that the last refresh counted (sign -1).
{%- set published_days = published('customer_days') %}
with counted as (
    select customer_key, event_date, has_purchase, revenue, 1 as sign
    from {{ ref('int_customer_days') }}
    where event_date <= {{ as_of_date() }} and {{ is_changed('customer_key') }}
    {%- if not is_rebuild() %}
    union all
    select customer_key, event_date, has_purchase, revenue, -1
    from {{ published_days }}
    where event_date <= {{ previous_as_of_date() }} and {{ is_changed('customer_key') }}
    {%- endif %}
)

select customer_key, sign, event_date, has_purchase, revenue
from counted
where has_purchase or revenue <> 0
