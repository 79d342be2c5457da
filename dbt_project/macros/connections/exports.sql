{# What the exports of a system add to the rows of one of its tables. dbt learns when it parses that the model is read. #}
{% macro exported_rows(system, table) -%}
    {%- if table in exported_tables().get(system, []) -%}
        {%- set rows = ref('int_' ~ system ~ '_export_' ~ table) if not execute or has_export(system) -%}
        {%- if rows and execute %}union all by name select * from {{ rows }} where copy_number = 1{% endif -%}
    {%- endif -%}
{%- endmacro %}

{# The tables that are made of exports, by models named int_<system>_export_<table>. Their columns, of those of the table, are text, and `copy_number` is 1 in
   the rows that stand. #}
{% macro exported_tables() %}
    {{ return({
        'stripe': ['subscription_history', 'subscription_item', 'price', 'invoice', 'invoice_line_item', 'charge', 'refund'],
        'shopify': ['order', 'refund', 'customer'],
        'hubspot': ['deal', 'deal_pipeline_stage', 'deal_company', 'deal_contact', 'contact', 'company'],
    }) }}
{% endmacro %}

{# Whether a system is connected by an export, which only DuckDB reads. #}
{% macro has_export(system) %}
    {{ return(var('connections') is not string and var('connections') | selectattr('source', 'equalto', system ~ '_export') | list | length > 0) }}
{% endmacro %}

{# The models that say what became of a system's rows. #}
{% macro outcome_models(system) %}
    {{ return(['int_' ~ system ~ '_outcomes'] + (['int_' ~ system ~ '_export_outcomes'] if not execute or has_export(system) else [])) }}
{% endmacro %}

{# Columns of an export, to select. Shopify writes an apostrophe before numbers that are texts, and spreadsheets before what might be a formula. #}
{% macro exported_columns(columns) -%}
    {%- for column in columns %}
        case when left({{ column }}, 1) = chr(39) then nullif(substr({{ column }}, 2), '') else {{ column }} end as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# The contacts or companies of HubSpot's exports: the two tables have the same columns. #}
{% macro hubspot_exported_records(table) -%}
with read_rows as (
    select
        business_id,
        file_name,
        {{ exported_columns(['id', 'created_at', 'merged_ids']) }}
    from {{ source_rows('hubspot_export', table) }}
),

records as (
    select
        *,
        case when not {{ is_mangled('id') }} then id end as record_id
    from read_rows
)

select
    records.business_id,
    records.record_id as id,
    records.merged_ids as property_hs_merged_object_ids,
    {{ local_text('records.created_at', 'businesses') }} as property_createdate,
    row_number() over (
        partition by records.business_id, records.record_id
        order by records.file_name desc, {{ binary_collation('concat_ws(chr(31), records.merged_ids, records.created_at)') }}
    ) as copy_number
from records
left join {{ ref('stg_businesses') }} as businesses on records.business_id = businesses.business_id
{%- endmacro %}
