-- Dates on which what a customer pays a month changes. Only the dates on which a contract starts or ends are looked at, never the days between.
{{ config(
    materialized='incremental', incremental_strategy=strategy('replace_changed'), unique_key=['business_id', 'customer_id'],
    pre_hook='{{ join_by_whole_keys() }}'
) }}
with contracts as (
    select
        keys.customer_key,
        contracts.starts_on,
        contracts.ends_on,
        contracts.monthly_amount
    from {{ ref('stg_contracts') }} as contracts
    inner join {{ ref('int_customer_keys') }} as keys
        on contracts.business_id = keys.business_id and contracts.customer_id = keys.customer_id
    where
        contracts.monthly_amount > 0
        and contracts.starts_on <= {{ as_of_date() }}
        and coalesce(contracts.ends_on > contracts.starts_on, true)
        and {{ is_changed('keys.customer_key') }}
),

steps as (
    select customer_key, starts_on as moved_on, monthly_amount as mrr_change
    from contracts
    union all
    select customer_key, ends_on, -monthly_amount
    from contracts
    where ends_on <= {{ as_of_date() }}
),

-- A contract that ends where the next one starts is a change of price, or none at all.
changes as (
    select customer_key, moved_on, sum(mrr_change) as mrr_change
    from steps
    group by customer_key, moved_on
    having sum(mrr_change) <> 0
),

levels as (
    select
        customer_key,
        moved_on,
        mrr_change,
        sum(mrr_change) over (partition by customer_key order by moved_on rows unbounded preceding) as mrr_after,
        lag(moved_on) over (partition by customer_key order by moved_on) as previous_moved_on
    from changes
),

-- Why customers pay again: their last return since they stopped paying, a payment and its period seldom beginning on one date.
returns as (
    select
        levels.customer_key,
        levels.moved_on,
        {{ value_at_max('transitions.transition', 'transitions.transition_date') }} as transition
    from levels
    inner join {{ ref('int_transitions') }} as transitions
        on
            levels.customer_key = transitions.customer_key
            and levels.previous_moved_on <= transitions.transition_date
            and transitions.transition_date <= {{ add_days('levels.moved_on', payment_window_days()) }}
    where
        levels.mrr_after = levels.mrr_change
        and transitions.transition in ('won_back', 'recovered')
        and transitions.transition_date <= {{ as_of_date() }}
    group by levels.customer_key, levels.moved_on
)

select
    customers.business_id,
    customers.customer_id,
    levels.moved_on,
    cast(case
        when levels.previous_moved_on is null then 'new'
        when levels.mrr_after = levels.mrr_change then coalesce(cast(returns.transition as {{ dbt.type_string() }}), 'reactivated')
        when levels.mrr_after = 0 then 'churned'
        when levels.mrr_change > 0 then 'expansion'
        else 'contraction'
    end as {{ dbt.type_string() }}) as movement,
    cast(levels.mrr_after - levels.mrr_change as decimal(38, 4)) as mrr_before,
    cast(levels.mrr_after as decimal(38, 4)) as mrr_after,
    cast(levels.mrr_change as decimal(38, 4)) as mrr_change
from levels
inner join {{ ref('int_customers') if is_rebuild() else ref('int_changed_customers') }} as customers on levels.customer_key = customers.customer_key
left join returns on levels.customer_key = returns.customer_key and levels.moved_on = returns.moved_on
