-- Files whose rows have all landed, so that no refresh need read them again. A plain dbt build lists none and reads all.
{% set landed = [] -%}
{%- for table in landing_tables() %}{% do landed.append(ref('landed_' ~ table)) %}{% endfor -%}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false) }}
{% if var('new_files') -%}
select landing_table, digest, refresh.refresh_id as landed_in
from (select distinct landing_table, digest from {{ listed_files() }}) as files
cross join {{ ref('int_this_refresh') }} as refresh
{%- else -%}
select
    cast(null as {{ dbt.type_string() }}) as landing_table,
    cast(null as {{ dbt.type_string() }}) as digest,
    refresh.refresh_id as landed_in
from {{ ref('int_this_refresh') }} as refresh
where 1 = 0
{%- endif %}
