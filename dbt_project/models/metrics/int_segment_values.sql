-- The rows of the facts that the customers of a segment key count in.
with combinations as (
    select distinct business_id, segment_key{% for segment in var('segments') %}, {{ adapter.quote(segment) }}{% endfor %}
    from {{ ref('int_counted_segments') }}
)

select business_id, segment_key, 'all' as segment, 'all' as segment_value
from combinations
{%- for segment in var('segments') %}
union all
select business_id, segment_key, '{{ segment }}', {{ adapter.quote(segment) }}
from combinations
{%- endfor %}
