-- What adds up over the customers who first bought in a month, kept for each later month and segment value: a run adds its counts and subtracts the
-- earlier counts of the same customers.
{%- do ref('int_wide_segments') -%}
{%- set key = ['business_id', 'cohort_month', 'segment', 'segment_value', 'months_since'] -%}
{{ config(
    materialized='incremental',
    incremental_strategy=strategy('delete+insert'),
    unique_key=key,
    pre_hook=["{{ delete_all_if_rebuilding() }}", "{{ delete_wide_segments() }}"],
) }}
{%- set measures = ['entered', 'purchased', 'net_current', 'net_former', 'net_current_after_return', 'revenue'] %}
with buyers as (
    select customer_key, sign, segment_key, {{ period_start('month', 'first_bought_on') }} as cohort_month
    from {{ ref('int_transition_deltas') }}
    where transition in ('acquired', 'bounced')
),

first_win_backs as (
    select customer_key, sign, min(transition_date) as won_back_on
    from {{ ref('int_transition_deltas') }}
    where transition = 'won_back'
    group by customer_key, sign
),

moved as (
    select
        moves.segment_key,
        {{ period_start('month', 'moves.first_bought_on') }} as cohort_month,
        {{ period_start('month', 'moves.transition_date') }} as each_month,
        sum(case when moves.transition in ('acquired', 'bounced') then moves.sign else 0 end) as entered,
        sum(moves.sign * {{ net_change('moves', ['active', 'dormant']) }}) as net_current,
        sum(moves.sign * {{ net_change('moves', ['former']) }}) as net_former,
        sum(case
            when moves.transition_date >= first_win_backs.won_back_on then moves.sign * {{ net_change('moves', ['active', 'dormant']) }}
            else 0
        end) as net_current_after_return
    from {{ ref('int_transition_deltas') }} as moves
    left join first_win_backs on moves.customer_key = first_win_backs.customer_key and moves.sign = first_win_backs.sign
    where moves.first_bought_on is not null
    group by 1, 2, 3
),

spent as (
    select
        customer_key,
        sign,
        {{ period_start('month', 'event_date') }} as each_month,
        max(case when has_purchase then 1 else 0 end) as has_purchase,
        sum(revenue) as revenue
    from {{ ref('int_day_deltas') }}
    group by 1, 2, 3
),

measured as (
    select moved.*, 0 as purchased, 0 as revenue
    from moved
    union all
    select
        buyers.segment_key,
        buyers.cohort_month,
        spent.each_month,
        0 as entered,
        0 as net_current,
        0 as net_former,
        0 as net_current_after_return,
        sum(spent.sign * spent.has_purchase) as purchased,
        sum(spent.sign * spent.revenue) as revenue
    from spent
    inner join buyers on spent.customer_key = buyers.customer_key and spent.sign = buyers.sign
    where spent.each_month >= buyers.cohort_month
    group by buyers.segment_key, buyers.cohort_month, spent.each_month
),

changes as (
    select
        segment_values.business_id,
        measured.cohort_month,
        segment_values.segment,
        segment_values.segment_value,
        {{ months_between('measured.cohort_month', 'measured.each_month') }} as months_since
        {%- for measure in measures %},
        sum(measured.{{ measure }}) as {{ measure }}
        {%- endfor %}
    from measured
    inner join {{ ref('int_segment_values') }} as segment_values on measured.segment_key = segment_values.segment_key
    group by 1, 2, 3, 4, 5
),

totals as (
    {{ changes_and_held('changes', key + measures, key) }}
)

{{ sums(key, measures, 'totals') }}
