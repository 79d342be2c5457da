{%- set amount, tax = parse_number('read_parts.amount', 'decimal(18, 4)'), parse_number('read_parts.tax', 'decimal(18, 4)') -%}
{%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
{%- set tables = {
    'order_line_refund': {
        'read': ['order_line_refund', 'refund_line_item'],
        'amount': 'coalesce(subtotal, subtotal_set_shop_amount)',
        'tax': 'coalesce(total_tax, total_tax_set_shop_amount)',
    },
    'order_adjustment': {
        'read': ['order_adjustment'],
        'kind': 'kind',
        'amount': 'coalesce(amount, amount_set_shop_amount)',
        'tax': 'coalesce(tax_amount, tax_amount_set_shop_amount)',
    },
    'transaction': {
        'read': ['transaction'],
        'kind': 'kind',
        'amount': 'coalesce(amount, amount_set_shop_amount)',
        'currency': 'coalesce(amount_set_shop_currency_code, currency)',
        'status': 'status',
        'is_test': says_yes('test'),
    },
} -%}
with read_parts as (
    {%- for table, its in tables.items() %}
    select
        business_id,
        '{{ table }}' as source_table,
        id as part_id,
        refund_id,
        {{ ascii_lower(its.get('kind', nothing)) }} as kind,
        {{ its.amount }} as amount,
        {{ its.get('tax', nothing) }} as tax,
        {{ ascii_lower(its.get('currency', nothing)) }} as currency,
        {{ ascii_lower(its.get('status', nothing)) }} as status,
        {{ its.get('is_test', 'false') }} as is_test,
        {{ says_yes('_fivetran_deleted') }} as is_deleted,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('shopify', its.read) }}
    where id is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

typed as (
    select
        read_parts.*,
        {{ amount }} as number_of_units,
        case when read_parts.tax is null then 0 else {{ tax }} end as units_of_tax,
        {{ parse_time('read_parts.synced', 'businesses') }} as synced_at
    from read_parts
    left join {{ ref('stg_businesses') }} as businesses on read_parts.business_id = businesses.business_id
),

numbered as (
    select
        *,
        {{ copy_number(['source_table', 'part_id'], ['refund_id', 'kind', 'amount', 'tax', 'currency', 'status']) }} as copy_number
    from typed
)

-- Shipping that is paid back is a negative adjustment, whose sign is not needed. Any other adjustment takes off the refund what is kept.
select
    business_id,
    source_table,
    part_id,
    refund_id,
    kind,
    case
        when source_table <> 'order_adjustment' then number_of_units + units_of_tax
        when kind = 'shipping_refund' then abs(number_of_units) + abs(units_of_tax)
        else -(number_of_units + units_of_tax)
    end as amount,
    case when number_of_units is null then amount when units_of_tax is null then tax end as unreadable_amount,
    currency,
    is_deleted,
    is_test,
    coalesce(status = 'success', true) as is_made,
    synced_at
from numbered
where copy_number = 1
