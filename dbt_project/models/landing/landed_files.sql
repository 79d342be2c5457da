-- The files in the landing at this refresh, so that the next refresh need not read them. A file that disappears and returns later is read again. A
-- plain dbt build lists no files and reads all.
{% if var('listing') -%}
select
    landing_table,
    digest,
    row_number() over (partition by landing_table, digest order by path) as copy_number
from read_json({{ text_literal(var('listing')) }}, format = 'array', columns = {'landing_table': 'VARCHAR', 'digest': 'VARCHAR', 'path': 'VARCHAR'})
{%- else -%}
select
    cast(null as {{ dbt.type_string() }}) as landing_table,
    cast(null as {{ dbt.type_string() }}) as digest,
    cast(null as bigint) as copy_number
where 1 = 0
{%- endif %}
