{# Tables and views of DuckDB in one statement each. dbt-duckdb builds beside what is there, swaps by two renames and drops the
   old one, for those who read meanwhile: a refresh builds in a copy that nobody reads, and each statement costs as much as a small table. #}
{% materialization table, adapter='duckdb' %}
    {{ return(built_in_place('table')) }}
{% endmaterialization %}


{# A view that several read is written down in a night, when it has few rows. #}
{% materialization view, adapter='duckdb' %}
    {{ return(built_in_place('table' if config.get('is_table_at_night') and not is_rebuild() else 'view')) }}
{% endmaterialization %}


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
