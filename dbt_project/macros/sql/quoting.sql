{# Quote names and values in SQL. These macros write everything that comes from outside (a file's header, a setting), so that it is never executed as
   SQL. #}

{% macro quoted(name) %}{{ return(adapter.dispatch('quoted', 'winback')(name)) }}{% endmacro %}
{% macro default__quoted(name) %}{{ return('"' ~ name | replace('"', '""') ~ '"') }}{% endmacro %}
{% macro spark__quoted(name) %}{{ return('`' ~ name | replace('`', '``') ~ '`') }}{% endmacro %}

{% macro text_literal(text) %}{{ return(adapter.dispatch('text_literal', 'winback')(text | string)) }}{% endmacro %}
{% macro default__text_literal(text) %}{{ return("'" ~ text | replace("'", "''") ~ "'") }}{% endmacro %}
{# Spark reads a backslash as the start of an escape sequence. #}
{% macro spark__text_literal(text) %}{{ return("'" ~ text | replace("\\", "\\\\") | replace("'", "\\'") ~ "'") }}{% endmacro %}

{% macro text_list(texts) %}[{% for text in texts %}{{ text_literal(text) }}{{ ', ' if not loop.last }}{% endfor %}]{% endmacro %}


{# Override dbt's own macros, which do not double a quote within a name. #}
{% macro get_quoted_csv(column_names) %}
    {% set names = [] %}
    {% for name in column_names %}{% do names.append(quoted(name)) %}{% endfor %}
    {{ return(names | join(', ')) }}
{% endmacro %}

{% macro duckdb__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
    {% for column in add_columns or [] %}{% do run_query('alter table ' ~ relation ~ ' add column ' ~ quoted(column.name) ~ ' ' ~ column.data_type) %}{% endfor %}
    {% for column in remove_columns or [] %}{% do run_query('alter table ' ~ relation ~ ' drop column ' ~ quoted(column.name)) %}{% endfor %}
{% endmacro %}

{% macro postgres__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
    {{ return(duckdb__alter_relation_add_remove_columns(relation, add_columns, remove_columns)) }}
{% endmacro %}
