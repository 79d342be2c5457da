{{ config(materialized='view') }}
select merges.*
from {{ ref('base_customer_merges') }} as merges
left join {{ ref('int_merge_cycles') }} as cycles
    on merges.business_id = cycles.business_id and merges.from_customer_id = cycles.from_customer_id
where merges.row_status = 'current' and cycles.from_customer_id is null
