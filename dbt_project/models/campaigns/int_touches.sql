-- Touches with the customer they count for, on the dates of the business's own time zone.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key') }}
select
    people.customer_key,
    touches.business_id,
    touches.campaign_id,
    touches.touch_id,
    touches.touched_at,
    {{ local_date('touches.touched_at', 'offsets') }} as touched_on,
    touches.arm,
    coalesce(touches.cost, 0) as cost
from {{ ref('stg_campaign_touches') }} as touches
inner join {{ ref('int_affected_people') }} as people
    on touches.business_id = people.business_id and touches.customer_id = people.customer_id
inner join {{ ref('stg_businesses') }} as businesses on touches.business_id = businesses.business_id
inner join {{ ref('int_utc_offsets') }} as offsets
    on businesses.timezone = offsets.timezone and cast(touches.touched_at as date) = offsets.utc_date
