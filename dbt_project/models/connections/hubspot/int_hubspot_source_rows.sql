{%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
{%- set tables = {
    'deal': ['deal_id'],
    'deal_pipeline_stage': ['stage_id'],
    'deal_company': ['deal_id', 'company_id'],
    'deal_contact': ['deal_id', 'contact_id'],
    'merged_deal': ['deal_id', 'merged_deal_id'],
    'contact': ['id'],
    'company': ['id'],
    'engagement_meeting': ['engagement_id'],
    'engagement_call': ['engagement_id'],
    'engagement_company': ['engagement_id', 'company_id'],
    'engagement_contact': ['engagement_id', 'contact_id'],
} -%}
with read_rows as (
    {%- for table, ids in tables.items() %}
    select
        business_id,
        '{{ table }}' as source_table,
        {{ ids[0] }} as id,
        {{ ids[1] if ids | length > 1 else nothing }} as other_id,
        {{ ids | join(' is null or ') }} is null as lacks_id
    from {{ source_rows('hubspot', table, with_exports=false) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

-- Which of the rows of an object stands is decided where it is used: here it matters how many others there are.
select
    business_id,
    source_table,
    id,
    other_id,
    lacks_id,
    row_number() over (partition by business_id, source_table, id, other_id order by id) as copy_number
from read_rows
