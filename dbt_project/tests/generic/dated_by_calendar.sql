{# Periods are whole days, weeks from Monday, months, quarters and years; their flags follow from the dates of their business. #}
{% test dated_by_calendar(model) %}
select
    facts.*,
    businesses.history_starts_on,
    businesses.as_of_date
from {{ model }} as facts
left join {{ ref('dim_business') }} as businesses on facts.business_id = businesses.business_id
where (
    period_start = case period_grain
        {%- for grain in period_grains() %}
        when '{{ grain }}' then {{ period_start(grain, 'period_start') }}
        {%- endfor %}
    end
    and period_end = case period_grain
        {%- for grain in period_grains() %}
        when '{{ grain }}' then {{ period_end(grain, 'period_start') }}
        {%- endfor %}
    end
    and is_complete = (period_end <= as_of_date)
    and is_warm = coalesce(
        {{ days_between('history_starts_on', 'period_start') }}
        >= greatest(coalesce(dormant_after_days, 0), coalesce(former_after_days, 0), 365),
        false
    )
) is not true
{% endtest %}
