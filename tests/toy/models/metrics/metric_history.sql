{{ config(schema='winback', tags=['public'], materialized='incremental', incremental_strategy='append', full_refresh=false) }}
select cast({{ refresh_id() }} as bigint) as refresh_id, lifecycle.business_id, 'closing_active' as metric, lifecycle.closing_active as value
from {{ ref('fct_lifecycle') }} as lifecycle
{%- if is_incremental() %}
where not exists (select 1 from {{ this }} as known where known.business_id = lifecycle.business_id and known.value = lifecycle.closing_active)
{%- endif %}
