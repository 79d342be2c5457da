-- The rows of the facts in which the customers of each segment key count. Earlier counts are subtracted under their earlier keys, so the keys of
-- the last refresh are included. A segment with too many values in a business, at the last refresh or now, has no rows.
{%- set published_segments = published('customer_segments') %}
{%- set columns = ['business_id', 'segment_key'] -%}
{%- for segment in var('segments') %}{% do columns.append(quoted(segment)) %}{% endfor %}
with combinations as (
    select distinct {{ columns | join(', ') }} from {{ ref('int_customer_segments') }}
    {%- if not is_rebuild() %}
    union
    select {{ columns | join(', ') }} from {{ published_segments }}
    {%- endif %}
)

select business_id, segment_key, 'all' as segment, 'all' as segment_value
from combinations
{%- for segment in var('segments') %}
union all
select business_id, segment_key, {{ text_literal(segment) }}, {{ quoted(segment) }}
from combinations
where
    {{ quoted(segment) }} is not null
    and business_id not in (
        select wide.business_id
        from {{ ref('int_wide_segments') }} as wide
        where wide.segment = {{ text_literal(segment) }}
    )
{%- endfor %}
