-- A row for each cohort with customers and each month from its own on, and the pooled rows. Stocks are running sums over the months.
{%- set cohort = ['business_id', 'cohort_month', 'segment', 'segment_value'] %}
{%- set stocks = ['current', 'former', 'current_after_return'] %}
{%- set figures = ['customers', 'purchased'] + stocks + ['revenue', 'cumulative_revenue'] %}
with cohorts as (
    select {{ cohort | join(', ') }}, sum(entered) as customers
    from {{ ref('int_cohort_counts') }}
    where segment in ('all'{% for segment in available_segments() %}, {{ text_literal(segment) }}{% endfor %})
    group by {{ cohort | join(', ') }}
    having sum(entered) > 0
),

months as (
    select
        cohorts.*,
        {{ months_between('cohorts.cohort_month', 'periods.period_start') }} as months_since,
        periods.is_complete
    from cohorts
    inner join {{ ref('int_periods') }} as periods on cohorts.business_id = periods.business_id and cohorts.cohort_month <= periods.period_start
    where periods.period_grain = 'month'
),

cohort_rows as (
    select
        months.*,
        coalesce(counts.purchased, 0) as purchased,
        {%- for stock in stocks %}
        coalesce(sum(counts.net_{{ stock }}) over to_month, 0) as {{ stock }},
        {%- endfor %}
        coalesce(counts.revenue, 0) as revenue,
        coalesce(sum(counts.revenue) over to_month, 0) as cumulative_revenue
    from months
    left join {{ ref('int_cohort_counts') }} as counts
        on
            months.business_id = counts.business_id
            and months.cohort_month = counts.cohort_month
            and months.segment = counts.segment
            and months.segment_value = counts.segment_value
            and months.months_since = counts.months_since
    window to_month as (
        partition by months.business_id, months.cohort_month, months.segment, months.segment_value
        order by months.months_since rows unbounded preceding
    )
),

all_rows as (
    select
        {{ cohort | join(', ') }},
        months_since,
        is_complete
        {%- for figure in figures %},
        {{ figure }}
        {%- endfor %}
    from cohort_rows
    union all
    select
        business_id,
        cast(null as date) as cohort_month,
        segment,
        segment_value,
        months_since,
        true as is_complete
        {%- for figure in figures %},
        sum({{ figure }}) as {{ figure }}
        {%- endfor %}
    from cohort_rows
    where is_complete
    group by business_id, segment, segment_value, months_since
)

select
    {{ cohort | join(', ') }},
    months_since,
    is_complete,
    {%- for figure in figures %}
    cast({{ figure }} as {{ 'decimal(38, 4)' if 'revenue' in figure else 'bigint' }}) as {{ figure }},
    {%- endfor %}
    {{ share_with_interval('purchase_rate', 'purchased', 'customers') }},
    {{ share_with_interval('retention_rate', 'current', 'customers') }},
    {{ share('current_after_return', 'current') }} as win_back_share,
    {{ share('cumulative_revenue', 'customers') }} as cumulative_revenue_per_customer
from all_rows
