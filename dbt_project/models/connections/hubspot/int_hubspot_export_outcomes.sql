{%- set tables = {'deals': ['deal', 'deal_id'], 'contacts': ['contact', 'id'], 'companies': ['company', 'id']} -%}
{%- set reasons = [
    ("source_rows.id is null", 'missing_id'),
    ("source_rows.copy_number > 1", 'superseded'),
    ("deals.is_merged", 'merged'),
] -%}
with source_rows as (
    {%- for table, (model, id) in tables.items() %}
    select business_id, '{{ table }}' as source_table, {{ id }} as id, copy_number
    from {{ ref('int_hubspot_export_' ~ model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

judged as (
    select
        source_rows.business_id,
        source_rows.source_table,
        {{ first_reason(reasons) }} as reason
    from source_rows
    left join {{ ref('int_hubspot_deals') }} as deals
        on source_rows.business_id = deals.business_id
        and source_rows.id = deals.deal_id
        and source_rows.source_table = 'deals'
)

{{ outcomes('judged') }}
