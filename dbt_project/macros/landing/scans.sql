{# The relations to read for a landing table, one per set of columns: those that a refresh lists in `landing_scans`, else one relation with the
   declared columns. #}
{% macro scans_of(table) %}
    {% if is_package() %}{{ return(scans_of_given(landing_relation(table), table)) }}{% endif %}
    {% if var('landing_scans') is mapping %}{{ return(adapter.dispatch('given_scans', 'winback')(table, var('landing_scans').get(table, []))) }}{% endif %}
    {% set columns = {} %}
    {% for name in declared_columns(table) %}{% do columns.update({name: dbt.type_string()}) %}{% endfor %}
    {{ return([{'columns': columns, 'relation': source('landing', table), 'is_table': target.type != 'duckdb', 'nulls_are_values': target.type != 'duckdb'}]) }}
{% endmacro %}

{# The columns that a landing table is assumed to have: those of the contract and, if the table keeps other columns, the configured segments. #}
{% macro declared_columns(table) %}
    {% set contract = landing_contract(table) %}
    {{ return(contract.columns.keys() | list + (var('segments') if contract.config.meta.get('keeps_other_columns') else [])) }}
{% endmacro %}

{# On other engines the landing is a schema of tables, with any column types that their loader chose: collect the types by column. Tables that
   `winback land` loaded from files also mark malformed lines, and use null where a row's file lacks the column. #}
{% macro default__given_scans(table, given, relation=none) %}
    {% set relation = relation or landing_relation(table) %}
    {% set scans = [] %}
    {% for scan in given %}
        {% set columns = {} %}
        {% for column in scan.columns %}{% do columns.update({column.name: column.type}) %}{% endfor %}
        {% do require_columns(table, columns, relation) %}
        {% set is_loaded_by_us = 'malformed_line' in columns %}
        {% do scans.append({
            'columns': columns, 'relation': relation, 'is_table': true,
            'is_loaded_by_us': is_loaded_by_us, 'has_malformed_lines': is_loaded_by_us, 'nulls_are_values': not is_loaded_by_us,
        }) %}
    {% endfor %}
    {{ return(scans) }}
{% endmacro %}
