{# Build tables and views on DuckDB in one statement each. For the sake of concurrent readers, dbt-duckdb builds beside the existing relation, swaps
   the two by renaming and drops the old one. A refresh builds in a copy that nobody reads, and each statement costs as much as building a small
   table. #}
{% materialization table, adapter='duckdb' %}
    {{ return(built_in_place('table')) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb' %}
    {{ return(built_in_place('view')) }}
{% endmaterialization %}


{# A relation that several models of one refresh read. In a rebuild it is a view, because a table would only copy its rows; in an incremental refresh
   it is a table, because it has few rows. Servers always use a view. #}
{% materialization scratch, adapter='duckdb' %}
    {{ return(built_in_place('view' if is_rebuild() else 'table')) }}
{% endmaterialization %}
{% materialization scratch, default %}{{ return(materialization_view_default()) }}{% endmaterialization %}
{% materialization scratch, adapter='spark' %}{{ return(materialization_view_spark()) }}{% endmaterialization %}


{% macro built_in_place(type) %}
    {%- set target_relation = this.incorporate(type=type) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set contract = config.get('contract') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and existing.type != type %}{% do adapter.drop_relation(existing) %}{% endif -%}
    {%- call statement('main') -%}
        {%- if contract.enforced %}{{ get_assert_columns_equivalent(compiled_code) }}{% endif %}
        create or replace {{ type }} {{ target_relation }}
        {%- if contract.enforced and type == 'table' %} {{ get_table_columns_and_constraints() }};
        insert into {{ target_relation }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }})
        {%- else %} as (
            {{ compiled_code }}
        )
        {%- endif -%}
    {%- endcall -%}
    {%- if type == 'table' %}{% do create_indexes(target_relation) %}{% endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmacro %}
