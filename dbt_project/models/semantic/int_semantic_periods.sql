-- The figures of the period facts side by side, with what MetricFlow needs to add up what may be added and nothing else.
{{ config(materialized='view') }}
with period_counts as (
    select
        facts.*,
        -- Where a history begins, no quarter or year stands before its first month.
        greatest(facts.period_start, {{ period_start('month', 'businesses.history_starts_on') }}) as first_month
    from {{ ref('int_period_facts') }} as facts
    inner join {{ ref('dim_business') }} as businesses on facts.business_id = businesses.business_id
    where facts.period_grain in ('month', 'quarter', 'year')
)

select
    period_counts.*,
    win_back.exits,
    win_back.exits_won_back,
    case when win_back.exit_win_back_rate is null then win_back.exits else 0 end as exits_awaited,
    win_back.targeted,
    win_back.targeted_won_back,
    case when win_back.targeted_win_back_rate is null then win_back.targeted else 0 end as targeted_awaited,
    case when period_counts.is_complete then 1 else 0 end as complete,
    case when period_counts.is_warm then 1 else 0 end as warm,
    -- A quarter stands for a question that spans the months it has, up to the date counted, and for no other.
    12 * (extract(year from period_counts.closes_on) - extract(year from period_counts.first_month))
    + extract(month from period_counts.closes_on) - extract(month from period_counts.first_month) + 1 as months,
    -- Rows of several businesses, or values, may be added where they have this in common.
    concat(period_counts.period_start, ' ', period_counts.segment) as set_of_figures,
    -- Of the rows that a question leaves, the best ones count: of all customers, and by month, where they are there. MetricFlow chooses
    -- rows by their latest date alone (non_additive_dimension), so these ranks are dates, the best the latest.
    case
        when period_counts.segment = 'all' and period_counts.period_grain = 'month' then date '2000-04-01'
        when period_counts.segment = 'all' then date '2000-03-01'
        when period_counts.period_grain = 'month' then date '2000-02-01'
        else date '2000-01-01'
    end as preference
from period_counts
inner join {{ ref('fct_win_back') }} as win_back on {{ same_period('period_counts', 'win_back') }}
