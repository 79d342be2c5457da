{# The last kept value of each metric equals the value published now, to 1e-9; no value is published for a period that is not over. #}
{% test history_ends_as_published(model) %}
with found as (
    {{ complete_metrics() }}
),

latest as (
    select *
    from (
        select
            *,
            row_number() over (partition by business_id, period_grain, period_start, metric order by refresh_id desc) as row_num
        from {{ model }}
    ) as versions
    where row_num = 1
)

select
    coalesce(found.business_id, latest.business_id) as business_id,
    coalesce(found.period_grain, latest.period_grain) as period_grain,
    coalesce(found.period_start, latest.period_start) as period_start,
    coalesce(found.metric, latest.metric) as metric,
    found.value as value_published,
    latest.value as value_kept
from found
full outer join latest
    on
        found.business_id = latest.business_id
        and found.period_grain = latest.period_grain
        and found.period_start = latest.period_start
        and found.metric = latest.metric
where
    (found.metric is not null and latest.metric is null)
    or (
        abs(found.value - latest.value) <= 1e-9
        or (found.value is null and latest.value is null)
        or (found.metric is null and ({{ is_ripening('latest', 'found') }} or {{ is_not_over('latest') }}))
    ) is not true
{% endtest %}
