select
    business_id,
    deal_id,
    customer_id as contact_id,
    copy_number
from {{ ref('int_hubspot_export_deal_customers') }}
where kind = 'contact'
