{# On DuckDB relations are named without their catalog, which is the name of the file: a view is kept as text, and must hold
   under whatever name the file is published, restored or attached. dbt documents this way of overriding `ref`. #}
{% macro ref() %}{{ return(named_in_any_file(builtins.ref(*varargs, **kwargs))) }}{% endmacro %}

{% macro named_in_any_file(relation) %}
    {{ return(relation.include(database=false) if relation and target.type == 'duckdb' else relation) }}
{% endmacro %}
