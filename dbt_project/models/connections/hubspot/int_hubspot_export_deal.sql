{%- set columns = [
    'id', 'stage', 'created_at', 'closed_at', 'amount', 'currency', 'is_closed_won', 'is_closed', 'probability', 'primary_company_ids',
    'company_ids', 'contact_ids', 'merged_ids'
] -%}
with read_rows as (
    select
        business_id,
        file_name,
        {{ exported_columns(columns) }}
    from {{ source_rows('hubspot_export', 'deals') }}
),

deals as (
    select
        *,
        case when not {{ is_mangled('id') }} then id end as deal_id,
        {{ parse_number("replace(probability, '%', '')", 'decimal(18, 4)') }} / case when probability like '%!%' escape '!' then 100 else 1 end as probability_of_winning
    from read_rows
)

select
    deals.business_id,
    deals.deal_id,
    case
        when coalesce(
            {{ parse_boolean('deals.is_closed_won') }},
            deals.probability_of_winning = 1 and coalesce({{ parse_boolean('deals.is_closed') }}, true),
            {{ regexp_match(ascii_lower('deals.stage'), '^closed ?won( [(].*)?$') }}
        ) then 'won'
    end as deal_pipeline_stage_id,
    deals.amount as property_amount,
    deals.currency as property_deal_currency_code,
    {{ local_text('deals.closed_at', 'businesses') }} as property_closedate,
    {{ local_text('deals.created_at', 'businesses') }} as property_createdate,
    deals.merged_ids as property_hs_merged_object_ids,
    deals.primary_company_ids,
    deals.company_ids,
    deals.contact_ids,
    row_number() over (
        partition by deals.business_id, deals.deal_id
        order by
            deals.file_name desc,
            {{ binary_collation('concat_ws(chr(31), deals.stage, deals.amount, deals.currency, deals.closed_at, deals.created_at, deals.company_ids, deals.contact_ids)') }}
    ) as copy_number
from deals
left join {{ ref('stg_businesses') }} as businesses on deals.business_id = businesses.business_id
