{# Our own model of this name: in a project of others, dbt would prefer a model of theirs that has the same name. The dbt documentation describes this
   way of overriding `ref`. #}
{% macro ref() %}{{ return(named_in_any_file(builtins.ref('winback', *varargs, **kwargs))) }}{% endmacro %}

{# On DuckDB, refer to relations without their catalog, which is the name of the file: a view is stored as text, and must work under any name by which
   the file is published, restored or attached. #}
{% macro named_in_any_file(relation) %}
    {{ return(relation.include(database=false) if relation and target.type == 'duckdb' and not is_package() else relation) }}
{% endmacro %}

{# Recreate a seed's table if its file has different columns: dbt's own macro would insert into columns that do not exist. #}
{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {% set there = adapter.get_columns_in_relation(old_relation) | map(attribute='name') | list %}
    {% if full_refresh or there != agate_table.column_names | list %}
        {{ adapter.drop_relation(old_relation) }}
        {{ return(create_csv_table(model, agate_table)) }}
    {% endif %}
    {{ adapter.truncate_relation(old_relation) }}
    {{ return('truncate table ' ~ old_relation.render()) }}
{% endmacro %}

{# Post-hook of a seed: add the columns that a user may omit from its file, as nulls. #}
{% macro add_optional_columns() %}
    {% set optional = optional_columns(this.identifier) if execute else [] %}
    {% set there = adapter.get_columns_in_relation(this) | map(attribute='name') | list if optional else [] %}
    {% for column in optional if column not in there %}
        {% do alter_relation_add_remove_columns(this.incorporate(type='table'), [api.Column(column, dbt.type_string())], none) %}
    {% endfor %}
{% endmacro %}
