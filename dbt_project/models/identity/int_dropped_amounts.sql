-- Amounts with which a customer's revenue would no longer fit decimal(18, 4): in ascending order of size, those at which the running sum reaches
-- 10^14 or more. The remaining amounts, over any dates and with any signs, add up to less. Does not depend on the as-of date.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key') }}
-- Of n amounts that add up to 10^14, one is at least an n-th of it. Customers without such a large amount, practically all, are skipped.
with suspects as (
    select distinct people.customer_key
    from {{ ref('stg_events') }} as events
    inner join {{ ref('int_affected_people') }} as people
        on events.business_id = people.business_id and events.customer_id = people.customer_id
    where abs(events.amount) >= (select 1e14 / (count(*) + 1) from {{ ref('stg_events') }})
),

added_up as (
    select
        *,
        sum(abs(amount)) over (partition by customer_key order by abs(amount), {{ binary_collation('event_id') }} rows unbounded preceding) as sum_so_far
    from {{ ref('int_events_this_run') }}
    where kind in ('purchase', 'refund') and customer_key in ({{ few_values('customer_key', 'suspects') }})
)

select
    customer_key,
    business_id,
    customer_id,
    event_id,
    event_date,
    case kind when 'purchase' then amount else -amount end as revenue
from added_up
where sum_so_far >= 100000000000000
