-- The whole schedule of a customer's states, those still to come included: what a date does, and what time alone does
-- after it, or after what is paid for at it, until the next date. Nothing here knows the date counted to.
{{ config(materialized='view') }}
with days as (
    select
        *,
        lag(active_until) over (partition by customer_key order by event_date) as previous_active_until,
        lag(has_bought) over (partition by customer_key order by event_date) as previous_has_bought,
        lag(is_cancelled) over (partition by customer_key order by event_date) as previous_is_cancelled,
        lead(event_date) over (partition by customer_key order by event_date) as next_date
    from {{ ref('int_effective_days_this_run') }}
),

spaced as (
    select
        days.*,
        customers.dormant_after_days,
        customers.former_after_days,
        customers.prospect_dormant_after_days,
        {{ days_between('days.previous_active_until', 'days.event_date') }} as days_before,
        {{ days_between('days.active_until', 'days.next_date') }} as days_after
    from days
    inner join {{ ref('int_affected_customers') }} as customers on days.customer_key = customers.customer_key
),

closed as (
    select
        *,
        cast(case
            when previous_active_until is null then 'unknown'
            when not previous_has_bought and days_before > prospect_dormant_after_days then 'dormant_prospect'
            when not previous_has_bought then 'prospect'
            when previous_is_cancelled or days_before > former_after_days then 'former'
            when days_before > dormant_after_days then 'dormant'
            else 'active'
        end as {{ state_type() }}) as state_before,
        cast(case when not has_bought then 'prospect' when is_cancelled then 'former' else 'active' end as {{ state_type() }}) as state_at_close
    from spaced
),

by_event as (
    select customer_key, event_date as change_date, state_before as from_state, state_at_close as to_state
    from closed
    where state_before <> state_at_close
),

cooled as (
    select customer_key, {{ add_days('event_date', 'prospect_dormant_after_days') }}, cast('prospect' as {{ state_type() }}), cast('dormant_prospect' as {{ state_type() }})
    from closed
    where state_at_close = 'prospect' and prospect_dormant_after_days < coalesce(days_after, prospect_dormant_after_days + 1)
),

lapsed as (
    select customer_key, {{ add_days('active_until', 'dormant_after_days') }}, cast('active' as {{ state_type() }}), cast('dormant' as {{ state_type() }})
    from closed
    where state_at_close = 'active' and dormant_after_days < coalesce(days_after, dormant_after_days + 1)
),

gone_silent as (
    select
        customer_key,
        {{ add_days('active_until', 'former_after_days') }},
        cast(case when dormant_after_days is null then 'active' else 'dormant' end as {{ state_type() }}),
        cast('former' as {{ state_type() }})
    from closed
    where state_at_close = 'active' and former_after_days < coalesce(days_after, former_after_days + 1)
)

select *, false as is_inactivity from by_event
union all
select *, false from cooled
union all
select *, false from lapsed
union all
select *, true from gone_silent
