{{ config(schema='winback', tags=['public']) }}
select landing_table, reason as column_name, reason
from {{ ref('rejected_rows') }}
where 1 = 0
