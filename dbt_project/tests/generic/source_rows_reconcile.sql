{# Every row of a connection that was read is used, superseded or left out: none is missing, and none is counted twice. #}
{% test source_rows_reconcile(model) %}
with delivered as (
    {%- for system in var('connected').split() %}
    {%- for source in [system] + ([system ~ '_export'] if has_export(system) else []) %}
    {%- for table, names in source_tables(source).items() %}
    select '{{ system }}' as source, '{{ table }}' as source_table, business_id, count(*) as row_count
    from {{ source_rows(source, names, with_exports=false) }}
    group by business_id
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select cast(null as {{ dbt.type_string() }}), cast(null as {{ dbt.type_string() }}), cast(null as {{ dbt.type_string() }}), 0
    where 1 = 0
),

counted as (
    select source, source_table, business_id, sum({{ quoted('rows') }}) as row_count
    from {{ model }}
    group by source, source_table, business_id
)

select delivered.source, delivered.source_table, delivered.business_id, delivered.row_count as rows_delivered, counted.row_count as rows_counted
from delivered
left join counted
    on
        delivered.source = counted.source
        and delivered.source_table = counted.source_table
        and delivered.business_id = counted.business_id
where coalesce(counted.row_count, 0) <> delivered.row_count
{% endtest %}
