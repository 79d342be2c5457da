-- Every period from the start of the history to the as-of date, whether empty or not.
with histories as (
    select
        business_id,
        history_starts_on,
        as_of_date,
        {{ add_days('history_starts_on', 'greatest(coalesce(dormant_after_days, 0), coalesce(former_after_days, 0), ' ~ least_warm_days() ~ ')') }} as warm_from
    from {{ ref('dim_business') }}
    where history_starts_on is not null
),

{% for grain, step in period_grains().items() -%}
{{ grain }}s as (
    select *, {{ period_start(grain, 'history_starts_on') }} as starts_on, as_of_date as ends_on
    from histories
),

{% endfor -%}
periods as (
    {%- for grain, step in period_grains().items() %}
    select business_id, as_of_date, warm_from, '{{ grain }}' as period_grain, each_date as period_start, {{ period_end(grain, 'each_date') }} as period_end
    from ({{ dates_between(grain ~ 's', ['business_id', 'as_of_date', 'warm_from'], step) }}) as {{ grain }}_dates
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    business_id,
    period_grain,
    period_start,
    period_end,
    least(period_end, as_of_date) as closes_on,
    period_end <= as_of_date as is_complete,
    period_start >= warm_from as is_warm
from periods
