{# On-run-start: migrate landed rows that an earlier version of the project wrote to the format in which this version lands rows. `warehouse_format`
   in dbt_project.yml is the number of this format; a table of the same name stores the number of the existing rows. Increase it with every change to
   the input of a row's hash (values.sql) or to the choice of the kept duplicate (hashed_anew.sql). Nothing else is needed, because the current macros
   rehash rows of any earlier format. A warehouse without a number has the oldest format. #}
{% macro bring_to_format() %}
    {% if not execute or flags.WHICH not in ['build', 'run'] %}{{ return('') }}{% endif %}
    {% set landed_events = graph.nodes['model.winback.landed_events'] %}
    {% set kept = api.Relation.create(landed_events.database, landed_events.schema, 'warehouse_format', type='table') %}
    {% set is_numbered = load_relation(kept) is not none %}
    {% set found = run_query('select max(format) from ' ~ kept).columns[0].values()[0] | int if is_numbered else 0 %}
    {% set wanted = var('warehouse_format') %}
    {% if found > wanted %}
        {% do exceptions.raise_compiler_error(
            "A newer version of Winback wrote this warehouse (format " ~ found ~ "; this version writes " ~ wanted ~ "). Run that version, or build in another warehouse."
        ) %}
    {% elif found < wanted %}
        {% call statement('begin', auto_begin=true) %}select 1{% endcall %}
        {% for table in landing_tables() %}
            {% set landed = table_at_start('landed_' ~ table) %}
            {% if landed %}{% do replace_table(landed, landed_rows_hashed_anew(table, landed)) %}{% endif %}
        {% endfor %}
        {% do replace_table(kept, 'select ' ~ wanted ~ ' as format') %}
        {% do adapter.commit() %}
    {% endif %}
{% endmacro %}


{# A table that exists when a run starts, or none. An on-run-start hook cannot `ref` a model. #}
{% macro table_at_start(name) %}
    {% set node = graph.nodes['model.winback.' ~ name] %}
    {{ return(named_in_any_file(adapter.get_relation(node.database, node.schema, node.alias))) }}
{% endmacro %}


{# Create a table, and replace an existing table of that name, which the query may read. #}
{% macro replace_table(table, query) %}
    {% set made = table.incorporate(path={'identifier': 'new_' ~ table.identifier}) %}
    {% do run_query('create table ' ~ made ~ ' ' ~ stored_as() ~ ' as ' ~ query) %}
    {% do adapter.drop_relation(table) %}
    {% do adapter.rename_relation(made, table) %}
{% endmacro %}

{% macro stored_as() %}{{ return(adapter.dispatch('stored_as', 'winback')()) }}{% endmacro %}
{% macro default__stored_as() %}{% endmacro %}
{% macro spark__stored_as() %}using {{ var('spark_file_format', 'parquet') }}{% endmacro %}
