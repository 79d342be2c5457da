{%- set lists = {'primary_company_ids': ['company', "'5'"], 'company_ids': ['company', 'null'], 'contact_ids': ['contact', 'null']} -%}
with listed as (
    {%- for list, (kind, type) in lists.items() %}
    select
        business_id,
        deal_id,
        '{{ kind }}' as kind,
        cast({{ type }} as {{ dbt.type_string() }}) as type_id,
        {{ each_part(list, ';') }} as customer_id
    from {{ ref('int_hubspot_export_deal') }}
    where copy_number = 1 and deal_id is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    business_id,
    deal_id,
    kind,
    type_id,
    trim(customer_id) as customer_id,
    1 as copy_number
from listed
where trim(customer_id) <> ''
