{{ config(materialized='view') }}
select merges.*
from {{ ref('base_customer_merges') }} as merges
left join {{ ref('int_merge_cycles') }} as cycles
    on merges.business_id = cycles.business_id and merges.from_customer_id = cycles.from_customer_id
where merges.verdict = 'standing' and cycles.from_customer_id is null
