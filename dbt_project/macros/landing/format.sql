{# On-run-start: bring the landed rows that an earlier version of the project wrote to the form in which this one lands rows.
   `warehouse_format` in dbt_project.yml is the number of that form, and a table of the same name keeps the number of the rows that
   are there. Raise it with every change of what a row's hash is made of (values.sql) or of which copy is kept (hashed_anew.sql):
   nothing else is needed, for rows of any earlier form are hashed anew by today's macros. A warehouse without a number is older than all. #}
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


{# A table that is there when a run starts, or none; a hook of the run cannot name a model by `ref`. #}
{% macro table_at_start(name) %}
    {% set node = graph.nodes['model.winback.' ~ name] %}
    {{ return(named_in_any_file(adapter.get_relation(node.database, node.schema, node.alias))) }}
{% endmacro %}


{# Make a table, in place of one of its name that the query may read. #}
{% macro replace_table(table, query) %}
    {% set made = table.incorporate(path={'identifier': 'new_' ~ table.identifier}) %}
    {% do run_query('create table ' ~ made ~ ' ' ~ stored_as() ~ ' as ' ~ query) %}
    {% do adapter.drop_relation(table) %}
    {% do adapter.rename_relation(made, table) %}
{% endmacro %}

{% macro stored_as() %}{{ return(adapter.dispatch('stored_as', 'winback')()) }}{% endmacro %}
{% macro default__stored_as() %}{% endmacro %}
{% macro spark__stored_as() %}using {{ var('spark_file_format', 'parquet') }}{% endmacro %}
