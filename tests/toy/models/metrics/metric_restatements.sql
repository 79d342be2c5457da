{{ config(schema='winback', tags=['public'], materialized='view') }}
select *
from {{ ref('metric_history') }}
where refresh_id > 1
