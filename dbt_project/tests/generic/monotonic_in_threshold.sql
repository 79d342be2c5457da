{# The higher the threshold, the fewer customers are silent for so long, and the fewer would have been former. #}
{% test monotonic_in_threshold(model) %}
with consecutive_rows as (
    select
        *,
        lag(silent_share) over days_tried as share_before,
        lag(pool) over days_tried as pool_before,
        lag(returned) over days_tried as returned_before
    from {{ model }}
    window days_tried as (partition by business_id order by days)
)

select *
from consecutive_rows
where
    silent_share > share_before
    or pool > pool_before
    or returned > returned_before
    or returned > pool
{% endtest %}
