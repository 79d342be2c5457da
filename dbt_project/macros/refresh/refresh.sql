{# What a run replaces in the tables that the last refresh left. #}

{# Whether a customer's rows are derived in this run: everyone's in a rebuild. #}
{% macro is_affected(customer_key) -%}
    {{ 'true' if execute and is_rebuild() else customer_key ~ ' in (select customer_key from ' ~ ref('int_affected_customers') ~ ')' }}
{%- endmacro %}

{# Whether a customer is counted again in this run. #}
{% macro is_changed(customer_key) %}{{ 'true' if execute and is_rebuild() else customer_key ~ ' in (select customer_key from ' ~ ref('int_changed_customers') ~ ')' }}{% endmacro %}


{# On-run-start, on DuckDB: the published file under the name that source `published` has. On servers its schema is there. #}
{% macro attach_published(file) %}{{ return(adapter.dispatch('attach_published', 'winback')(file)) }}{% endmacro %}
{% macro default__attach_published(file) %}{% endmacro %}
{% macro duckdb__attach_published(file) %}{% if file %}attach if not exists {{ text_literal(file) }} as published (read_only){% endif %}{% endmacro %}


{# Incremental strategies of tables with rows of customers: those that the model selects take the place of all that certain customers had; in a
   rebuild, of all rows. #}
{% macro customers_replaced_by() %}
    {{ return({'replace_affected': 'int_affected_customers', 'replace_changed': 'int_changed_customers'}) }}
{% endmacro %}
{% macro get_incremental_replace_affected_sql(arg_dict) %}{{ return(replaced_rows(arg_dict, 'replace_affected')) }}{% endmacro %}
{% macro get_incremental_replace_changed_sql(arg_dict) %}{{ return(replaced_rows(arg_dict, 'replace_changed')) }}{% endmacro %}

{% macro replaced_rows(arg_dict, name) %}
    {%- set key = [arg_dict.unique_key] if arg_dict.unique_key is string else arg_dict.unique_key -%}
    delete from {{ arg_dict.target_relation }}
    {%- if not is_rebuild() %}
    where ({{ key | join(', ') }}) in (select {{ key | join(', ') }} from {{ ref(customers_replaced_by()[name]) }})
    {%- endif %};
    {{ get_insert_into_sql(arg_dict.target_relation, arg_dict.temp_relation, arg_dict.dest_columns) }}
{% endmacro %}

{# A strategy for a model's config, which so depends on the customers whose rows it replaces. Spark refuses names that it does not know; and as it
   takes no rows out of plain files, every run there derives everything, and tables are made, not added to. #}
{% macro strategy(name) %}
    {% if not execute and name in customers_replaced_by() %}{% do ref(customers_replaced_by()[name]) %}{% endif %}
    {{ return('append' if target.type == 'spark' else name) }}
{% endmacro %}

{# On-run-start: a run on Spark that kept the tables would count twice. #}
{% macro require_full_refresh() %}
    {% if target.type == 'spark' and flags.WHICH in ['build', 'run'] and not flags.FULL_REFRESH %}
        {% do exceptions.raise_compiler_error("On Spark every run derives everything anew: add --full-refresh (landed rows and ledgers survive it).") %}
    {% endif %}
{% endmacro %}


{# Pre-hook of an incremental table of sums: where all is derived anew, nothing held before may be added to. #}
{% macro delete_all_if_rebuilding() %}
    {% if execute and is_rebuild() and load_relation(this) is not none %}delete from {{ this }}{% endif %}
{% endmacro %}


{# Pre-hook of a table of sums: what was counted of segments that have come to have too many values. #}
{% macro delete_wide_segments() %}
    {% if execute and load_relation(this) is not none %}
        delete from {{ this }}
        where (business_id, segment) in (select business_id, segment from {{ ref('int_wide_segments') }})
    {% endif %}
{% endmacro %}
