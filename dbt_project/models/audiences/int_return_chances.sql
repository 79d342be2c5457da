-- The probability that a customer who has been inactive for a number of days returns within the next 90 days, from the pooled curve of customers
-- who left in the same way; and the mean revenue of such a return in its first 90 days.
with days_of_inactivity as (
    select distinct business_id, from_state, exit_kind, {{ days_between('since', as_of_date()) }} as days_away
    from {{ ref('int_inactive_customers') }}
),

ages as (
    select *, days_away + {{ chance_window_days() }} as days_later
    from days_of_inactivity
),

curves as (
    select
        business_id,
        from_state,
        exit_kind,
        t,
        survival,
        follow_up,
        lead(t) over (partition by business_id, from_state, exit_kind order by t) as next_t
    from {{ ref('int_survival') }}
    where cohort_month is null and coalesce(exit_kind, '') <> 'all'
),

-- The curve is a step function: between two of its times it has the value of the earlier time, and before the first time it is 1.
chances as (
    select
        ages.business_id,
        ages.from_state,
        ages.exit_kind,
        ages.days_away,
        ages.days_later,
        coalesce(now.survival, 1.0) as survival_now,
        coalesce(later.survival, 1.0) as survival_later,
        ends.follow_up
    from ages
    inner join (select distinct business_id, from_state, exit_kind, follow_up from curves) as ends
        on ages.business_id = ends.business_id and ages.from_state = ends.from_state and ages.exit_kind is not distinct from ends.exit_kind
    left join curves as now
        on
            ages.business_id = now.business_id and ages.from_state = now.from_state and ages.exit_kind is not distinct from now.exit_kind
            and now.t <= ages.days_away and ages.days_away < coalesce(now.next_t, ages.days_away + 1)
    left join curves as later
        on
            ages.business_id = later.business_id and ages.from_state = later.from_state and ages.exit_kind is not distinct from later.exit_kind
            and later.t <= ages.days_later and ages.days_later < coalesce(later.next_t, ages.days_later + 1)
),

returns as (
    select
        business_id,
        from_state,
        exit_kind,
        {{ share('sum(revenue_90_days_after)', 'count(revenue_90_days_after)') }} as mean_revenue
    from {{ ref('fct_returns') }}
    where return_type <> 'recovered'
    group by business_id, from_state, exit_kind
)

select
    chances.business_id,
    chances.from_state,
    chances.exit_kind,
    chances.days_away,
    case
        when chances.days_later <= chances.follow_up then {{ returned_between('chances.survival_now', 'chances.survival_later') }}
    end as return_probability,
    returns.mean_revenue
from chances
left join returns
    on
        chances.business_id = returns.business_id
        and chances.from_state = returns.from_state
        and chances.exit_kind is not distinct from returns.exit_kind
