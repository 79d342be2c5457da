select distinct
    business_id,
    'won' as stage_id,
    'true' as is_closed,
    '1' as probability,
    1 as copy_number
from {{ ref('int_hubspot_export_deal') }}
where deal_pipeline_stage_id = 'won'
