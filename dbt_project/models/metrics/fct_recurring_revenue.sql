-- Periods like those of the other facts, but for the businesses that have a contract, and from its start where that is earlier. Stocks are running
-- sums of the flows.
{%- set money = mrr_flows() + ['mrr_lost', 'mrr_moved'] %}
with segment_values as (
    select business_id, segment, segment_value
    from {{ ref('int_period_facts') }}
    union
    select business_id, segment, segment_value
    from {{ ref('int_period_counts') }}
    where
        segment in ('all'{% for segment in available_segments() %}, {{ text_literal(segment) }}{% endfor %})
        and {{ mrr_flows() | join(' + ') }} > 0
    union
    select business_id, 'all', 'all'
    from {{ ref('dim_business') }}
),

histories as (
    select
        businesses.business_id,
        businesses.as_of_date,
        {{ warm_from('businesses') }} as warm_from,
        least(coalesce(businesses.history_starts_on, contracts.first_started_on), contracts.first_started_on) as starts_on
    from {{ ref('dim_business') }} as businesses
    inner join (
        select business_id, min(starts_on) as first_started_on
        from {{ ref('stg_contracts') }}
        group by business_id
    ) as contracts on businesses.business_id = contracts.business_id
),

begun as (
    select *
    from histories
    where starts_on <= as_of_date
),

periods as (
    {{ periods_since('begun') }}
),

stocks as (
    select
        periods.*,
        segment_values.segment,
        segment_values.segment_value,
        {%- for measure in money %}
        cast(coalesce(counts.{{ measure }}, 0) as decimal(38, 4)) as {{ measure }},
        {%- endfor %}
        coalesce(counts.net_paying, 0) as net_paying,
        cast(coalesce(sum({{ net_mrr('counts') }}) over to_date, 0) as decimal(38, 4)) as closing_mrr,
        cast(coalesce(sum(counts.net_paying) over to_date, 0) as bigint) as closing_paying
    from periods
    inner join segment_values on periods.business_id = segment_values.business_id
    left join {{ ref('int_period_counts') }} as counts
        on
            periods.business_id = counts.business_id
            and periods.period_grain = counts.period_grain
            and periods.period_start = counts.period_start
            and segment_values.segment = counts.segment
            and segment_values.segment_value = counts.segment_value
    window to_date as (
        partition by periods.business_id, periods.period_grain, segment_values.segment, segment_values.segment_value
        order by periods.period_start rows unbounded preceding
    )
),

opened as (
    select
        *,
        cast(closing_mrr - {{ net_mrr() }} as decimal(38, 4)) as opening_mrr,
        cast(closing_paying - net_paying as bigint) as opening_paying
    from stocks
),

retained as (
    select
        *,
        cast(opening_mrr - mrr_lost as decimal(38, 4)) as gross_retained_mrr,
        cast(opening_mrr + mrr_moved as decimal(38, 4)) as net_retained_mrr
    from opened
)

select
    {{ period_keys() }},
    opening_mrr,
    {%- for flow in mrr_flows() %}
    {{ flow }},
    {%- endfor %}
    closing_mrr,
    opening_paying,
    closing_paying,
    gross_retained_mrr,
    net_retained_mrr,
    {{ share('gross_retained_mrr', 'opening_mrr') }} as gross_revenue_retention,
    {{ share('net_retained_mrr', 'opening_mrr') }} as net_revenue_retention,
    {{ share('closing_mrr', 'closing_paying') }} as mrr_per_customer
from retained
