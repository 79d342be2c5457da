-- The dates between which each contract was open, including contracts that have yet to end. A contract bought again after its end is another row.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key') }}
with purchases as (
    select
        *,
        sum(case when opens then 1 else 0 end) over (partition by customer_key, contract_id order by row_num rows unbounded preceding) as opening
    from {{ ref('int_contract_steps_this_run') }}
    where contract_id is not null and kind = 'purchase'
)

select
    customer_key,
    contract_id,
    min(event_date) as opened_on,
    max(event_date) as last_purchased_on,
    min(contract_ends_on) as ended_on
from purchases
group by customer_key, contract_id, opening
