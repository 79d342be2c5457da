-- The days with money or a purchase that this run counts.
with counted as (
    {{ counted_rows('int_customer_days', 'event_date') }}
)

select customer_key, weight, event_date, has_purchase, revenue
from counted
where has_purchase or revenue <> 0
