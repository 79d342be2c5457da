{# A connection reads the tables of another system (Stripe, Shopify, HubSpot) and turns them into landing rows. The var `connected` names the systems
   whose models are enabled. A refresh lists in `connections` what is to be read: each connection's tables with their columns. Without that list, as
   when models are compiled or unit-tested, the declared sources are read. #}

{# The landing tables that each system fills, by models named int_<system>_<landing table>. Of customers Stripe and HubSpot say nothing that counts: a row of
   theirs would take the place of one with attributes. #}
{% macro connected_tables() %}
    {{ return({
        'stripe': ['events', 'contracts'],
        'shopify': ['events', 'customers', 'customer_merges'],
        'hubspot': ['events', 'customer_merges'],
    }) }}
{% endmacro %}

{# What connections add to a landing table, as scans: see scans_of. Their models have all columns of the landing table, as text. #}
{% macro connected_scans(table) %}
    {% set scans = [] %}
    {% for system in ('' if is_package() else var('connected')).split() if table in connected_tables()[system] %}
        {% set columns = {} %}
        {% for name in landing_columns(table) %}{% do columns.update({name: dbt.type_string()}) %}{% endfor %}
        {% do scans.append({
            'columns': columns, 'relation': ref('int_' ~ system ~ '_' ~ table),
            'is_table': true, 'is_loaded_by_us': false, 'is_connected': true, 'has_malformed_lines': false, 'nulls_are_values': true,
        }) %}
    {% endfor %}
    {{ return(scans) }}
{% endmacro %}


{# The rows of a system's table in all its connections, to select from: `business_id`, and the declared columns as trimmed text, null where a
   connection lacks them. Of several tables, which must be declared with the same columns, each connection's first that is there. Exports have other tables:
   models make rows of this one of them, unless only what was delivered as such is asked for. #}
{% macro source_rows(system, tables, with_exports=true) -%}
    {%- set tables = [tables] if tables is string else tables -%}
    {%- set declared = [] -%}
    {%- for table in tables %}{% do declared.append(source(system, table)) %}{% endfor -%}
    {%- set exported = exported_rows(system, tables[0]) if with_exports else '' -%}
    {%- if not execute -%}
    (select 1) as source_rows
    {%- elif var('connections') is string -%}
    {{ declared[0] }} as source_rows
    {%- else -%}
    {%- set columns = source_columns(system, tables[0]) -%}
    (
        select business_id{% for column in columns %}, {{ trim_to_null(column) }} as {{ quoted(column) }}{% endfor %}
        from (
            {%- for connection in var('connections') if connection.source == system %}
            {%- set present = tables | select('in', connection.tables) | list %}
            {%- for scan in (adapter.dispatch('connection_scans', 'winback')(present[0], connection) if present else []) %}
            select {{ text_literal(connection.business_id) }} as business_id
                {%- for column in columns %}, {{ landed_text(column, scan.columns.get(column), keeps_nulls=true) }} as {{ quoted(column) }}{% endfor %}
            from {{ scan.relation }}
            union all
            {%- endfor %}
            {%- endfor %}
            select cast(null as {{ dbt.type_string() }}) as business_id{% for column in columns %}, cast(null as {{ dbt.type_string() }}) as {{ quoted(column) }}{% endfor %}
            where 1 = 0
            {{ exported }}
        ) as read_as_text
    ) as source_rows
    {%- endif -%}
{%- endmacro %}

{# The declared columns of a system's table, in order, without `business_id`. #}
{% macro source_columns(system, table) %}
    {% set found = [] %}
    {% for node in graph.sources.values() if node.source_name == system and node.name == table %}
        {% do found.extend(node.columns.keys() | reject('equalto', 'business_id')) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{# What became of a system's rows, given the reason for which each was not used, or null. #}
{% macro outcomes(relation) -%}
select
    business_id,
    source_table,
    case when reason is null then 'used' when reason = 'superseded' then 'superseded' else 'left_out' end as outcome,
    case when reason <> 'superseded' then reason end as reason
from {{ relation }}
{%- endmacro %}


{# The tables of a system, each with those that may stand in for it. #}
{% macro source_tables(system) %}
    {% set tables = {} %}
    {% for node in (graph.sources.values() if execute else []) if node.source_name == system %}
        {% set its = node.config.meta.get('alternative_of', node.name) %}
        {% if its not in tables %}{% do tables.update({its: []}) %}{% endif %}
        {% do tables[its].append(node.name) if its != node.name else tables[its].insert(0, node.name) %}
    {% endfor %}
    {{ return(tables) }}
{% endmacro %}


{# On a server a connection is a schema, and each of its tables has one set of columns. #}
{% macro default__connection_scans(table, connection) %}
    {% set columns = {} %}
    {% for column in connection.tables[table][0].columns %}{% do columns.update({column.name: column.type}) %}{% endfor %}
    {% set database = {} if target.type == 'spark' else {'database': target.database} %}
    {{ return([{'columns': columns, 'relation': api.Relation.create(schema=connection.location, identifier=table, **database)}]) }}
{% endmacro %}
{% macro duckdb__connection_scans(table, connection) %}{{ return(winback.duckdb__given_scans(table, connection.tables[table])) }}{% endmacro %}


{# On-run-start of dbt without a refresh, on DuckDB: create the declared sources as empty tables, whose columns unit tests look up. #}
{% macro declare_sources() %}
    {% if execute and target.type == 'duckdb' and var('connected') and var('connections') is string and flags.WHICH in ['build', 'run', 'test'] %}
        {% for node in graph.sources.values() if node.source_name.removesuffix('_export') in var('connected').split() %}
            {% set columns = node.columns.keys() | join(' varchar, ') %}
            {% do run_query('create schema if not exists ' ~ node.schema) %}
            {% do run_query('create table if not exists ' ~ node.schema ~ '."' ~ node.identifier ~ '" (' ~ columns ~ ' varchar)') %}
        {% endfor %}
    {% endif %}
{% endmacro %}
