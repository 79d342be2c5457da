{%- set tables = {
    'order': ['order'],
    'refund': ['refund'],
    'order_line_refund': ['order_line_refund', 'refund_line_item'],
    'order_adjustment': ['order_adjustment'],
    'transaction': ['transaction'],
    'customer': ['customer'],
} -%}
with read_rows as (
    {%- for table, names in tables.items() %}
    select business_id, '{{ table }}' as source_table, id
    from {{ source_rows('shopify', names, with_exports=false) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

-- Which of the rows of an object stands is decided where it is used: here it matters how many others there are.
select
    business_id,
    source_table,
    id,
    row_number() over (partition by business_id, source_table, id order by id) as copy_number
from read_rows
