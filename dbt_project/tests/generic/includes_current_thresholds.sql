{# The current thresholds are among those tested, each marked once. #}
{% test includes_current_thresholds(model) %}
with marked as (
    select
        business_id,
        max(case when is_current_d then days end) as d,
        max(case when is_current_f then days end) as f,
        sum(case when is_current_d then 1 else 0 end) as times_d,
        sum(case when is_current_f then 1 else 0 end) as times_f
    from {{ model }}
    group by business_id
)

select businesses.business_id, marked.d, marked.f
from {{ ref('dim_business') }} as businesses
left join marked on businesses.business_id = marked.business_id
where (
    marked.d is not distinct from businesses.dormant_after_days
    and marked.f is not distinct from businesses.former_after_days
    and marked.times_d = case when businesses.dormant_after_days is null then 0 else 1 end
    and marked.times_f = case when businesses.former_after_days is null then 0 else 1 end
) is not true
{% endtest %}
