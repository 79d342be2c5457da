-- The metrics of the period facts side by side, with the columns that MetricFlow needs in order to add only what is additive.
{{ config(materialized='view') }}
with period_counts as (
    select
        facts.*,
        -- At the start of a history, no quarter or year begins before the history's first month.
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
    {%- for measure in ['opening_mrr'] + mrr_flows() + ['closing_mrr', 'gross_retained_mrr', 'net_retained_mrr', 'opening_paying', 'closing_paying'] %}
    recurring.{{ measure }},
    {%- endfor %}
    case when period_counts.is_complete then 1 else 0 end as complete,
    case when period_counts.is_warm then 1 else 0 end as warm,
    -- A quarter answers only a query that spans exactly the months it has, up to the as-of date.
    12 * (extract(year from period_counts.closes_on) - extract(year from period_counts.first_month))
    + extract(month from period_counts.closes_on) - extract(month from period_counts.first_month) + 1 as months,
    -- Rows of several businesses or segment values may be added if they have the same value here.
    concat(period_counts.period_start, ' ', period_counts.segment) as set_of_figures,
    -- Of the queried rows, only the most suitable count: those of all customers, and by month, if there are any. MetricFlow can choose rows
    -- only by their latest date (non_additive_dimension), so these ranks are dates, and the best rank is the latest date.
    case
        when period_counts.segment = 'all' and period_counts.period_grain = 'month' then date '2000-04-01'
        when period_counts.segment = 'all' then date '2000-03-01'
        when period_counts.period_grain = 'month' then date '2000-02-01'
        else date '2000-01-01'
    end as preference
from period_counts
inner join {{ ref('fct_win_back') }} as win_back on {{ same_period('period_counts', 'win_back') }}
-- Null for businesses without contracts. What contracts say of the time before the first event is in the tables alone.
left join {{ ref('fct_recurring_revenue') }} as recurring on {{ same_period('period_counts', 'recurring') }}
