{%- set is_primary = "type_id = '5' and coalesce(" ~ ascii_lower('category') ~ " = 'hubspot_defined', true)" -%}
{%- set tables = {
    'deal_company': {'object': 'deal', 'customer': 'company_id', 'rank': 'case when ' ~ is_primary ~ ' then 1 else 2 end'},
    'deal_contact': {'object': 'deal', 'customer': 'contact_id', 'rank': '3'},
    'engagement_company': {'object': 'engagement', 'customer': 'company_id', 'rank': '2'},
    'engagement_contact': {'object': 'engagement', 'customer': 'contact_id', 'rank': '3'},
} -%}
with read_associations as (
    {%- for table, its in tables.items() %}
    select
        business_id,
        '{{ its.object }}' as object,
        {{ its.object }}_id as object_id,
        {{ its.customer }} as customer_id,
        case when not {{ says_yes('_fivetran_deleted') }} then {{ its.rank }} end as customer_rank,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('hubspot', table) }}
    where {{ its.object }}_id is not null and {{ its.customer }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

associations as (
    select
        read_associations.business_id,
        read_associations.object,
        read_associations.object_id,
        read_associations.customer_id,
        min(read_associations.customer_rank) as customer_rank,
        max({{ parse_time('read_associations.synced', 'businesses') }}) as synced_at
    from read_associations
    left join {{ ref('stg_businesses') }} as businesses on read_associations.business_id = businesses.business_id
    group by read_associations.business_id, read_associations.object, read_associations.object_id, read_associations.customer_id
)

-- Ids are numbers: of two, the shorter is the smaller.
select
    business_id,
    object,
    object_id,
    customer_id,
    customer_rank is null as is_deleted,
    row_number() over (
        partition by business_id, object, object_id
        order by coalesce(customer_rank, 9), length(customer_id), {{ binary_collation('customer_id') }}
    ) as place,
    max(synced_at) over (partition by business_id, object, object_id) as synced_at
from associations
