-- The effect of purchases and cancellations on contracts, in chronological order, for customers with contracts. Needs no recursion: a contract is
-- open if its own last event is a purchase and no later event has ended all contracts.
with holders as (
    select distinct people.customer_key
    from {{ ref('stg_events') }} as events
    inner join {{ ref('int_affected_people') }} as people
        on events.business_id = people.business_id and events.customer_id = people.customer_id
    where events.contract_id is not null
),

ordered_events as (
    select
        customer_key,
        event_id,
        kind,
        event_date,
        contract_id,
        kind = 'cancellation' and contract_id is null as ends_all,
        row_number() over (
            partition by customer_key
            order by event_date, occurred_at, case when kind = 'cancellation' then 0 else 1 end, {{ binary_collation('event_id') }}
        ) as row_num
    from {{ ref('int_events_this_run') }}
    where kind in ('purchase', 'cancellation') and customer_key in ({{ few_values('customer_key', 'holders') }})
),

events_with_neighbours as (
    select
        *,
        lag(kind) over own_order as own_kind_before,
        lag(row_num) over own_order as own_row_num_before,
        min(case when kind = 'cancellation' then event_date end) over own_later as own_end_on,
        coalesce(max(case when ends_all then row_num end) over all_before, 0) as all_ended_at,
        min(case when ends_all then event_date end) over all_later as all_end_on
    from ordered_events
    window
        own_order as (partition by customer_key, contract_id order by row_num),
        own_later as (partition by customer_key, contract_id order by row_num rows between 1 following and unbounded following),
        all_before as (partition by customer_key order by row_num rows between unbounded preceding and 1 preceding),
        all_later as (partition by customer_key order by row_num rows between 1 following and unbounded following)
),

events_with_openness as (
    select
        *,
        coalesce(own_kind_before = 'purchase' and own_row_num_before > all_ended_at, false) as was_open
    from events_with_neighbours
),

events_with_open_contracts as (
    select
        *,
        contract_id is not null and kind = 'purchase' and not was_open as opens,
        sum(case
            when contract_id is null then 0
            when kind = 'purchase' and not was_open then 1
            when kind = 'cancellation' and was_open then -1
            else 0
        end) over (partition by customer_key, all_ended_at order by row_num rows unbounded preceding) as open_contracts
    from events_with_openness
)

select
    customer_key,
    event_id,
    kind,
    event_date,
    contract_id,
    row_num,
    opens,
    kind = 'cancellation' and (ends_all or open_contracts = 0) as is_exit,
    case when contract_id is not null and kind = 'purchase' then least(own_end_on, all_end_on) end as contract_ends_on
from events_with_open_contracts
