{# What a run replaces in the tables of the last refresh. #}

{# Whether this run recomputes a customer's rows; true for every customer in a rebuild. #}
{% macro is_affected(customer_key) -%}
    {{ 'true' if execute and is_rebuild() else customer_key ~ ' in (select customer_key from ' ~ ref('int_affected_customers') ~ ')' }}
{%- endmacro %}

{# Whether this run counts a customer again. #}
{% macro is_changed(customer_key) %}{{ 'true' if execute and is_rebuild() else customer_key ~ ' in (select customer_key from ' ~ ref('int_changed_customers') ~ ')' }}{% endmacro %}


{# On-run-start, on DuckDB: attach the published file under the name that source `published` uses. On servers its schema already exists. #}
{% macro attach_published(file) %}{{ return(adapter.dispatch('attach_published', 'winback')(file)) }}{% endmacro %}
{% macro default__attach_published(file) %}{% endmacro %}
{% macro duckdb__attach_published(file) %}{% if file %}attach if not exists {{ text_literal(file) }} as published (read_only){% endif %}{% endmacro %}


{# Incremental strategies of tables with customers' rows: the rows that the model selects replace all rows of certain customers; in a rebuild, all
   rows. #}
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

{# A strategy for a model's config, which makes the model depend on the customers whose rows it replaces. Spark rejects unknown strategy names. Spark
   also cannot delete rows from plain files, so every run there is a full rebuild, which creates tables and never appends to them. #}
{% macro strategy(name) %}
    {% if not execute and name in customers_replaced_by() %}{% do ref(customers_replaced_by()[name]) %}{% endif %}
    {{ return('append' if target.type == 'spark' else name) }}
{% endmacro %}

{# On-run-start: a run on Spark that kept the existing tables would count rows twice. #}
{% macro require_full_refresh() %}
    {% if target.type == 'spark' and flags.WHICH in ['build', 'run'] and not flags.FULL_REFRESH %}
        {% do exceptions.raise_compiler_error("On Spark every run is a full rebuild: add --full-refresh (landed rows and ledgers survive it).") %}
    {% endif %}
{% endmacro %}


{# Pre-hook of an incremental table of sums: a full rebuild must not add to the existing sums. #}
{% macro delete_all_if_rebuilding() %}
    {% if execute and is_rebuild() and load_relation(this) is not none %}delete from {{ this }}{% endif %}
{% endmacro %}


{# Pre-hook of a table of sums: delete the sums of segments that now have too many values. #}
{% macro delete_wide_segments() %}
    {% if execute and load_relation(this) is not none %}
        delete from {{ this }}
        where (business_id, segment) in (select business_id, segment from {{ ref('int_wide_segments') }})
    {% endif %}
{% endmacro %}


{# What a table of sums changes in this run, and what it holds for the same keys: the rows whose sums it then holds. #}
{% macro changes_and_held(changes, columns, key) -%}
select * from {{ changes }}
    {%- if not is_rebuild() %}
    union all
    select {% for column in columns %}held.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ this }} as held
    inner join {{ changes }} on {% for column in key %}held.{{ column }} = {{ changes }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    {%- endif %}
{%- endmacro %}

{# The sums by key, in whole numbers, or in decimals of money. #}
{% macro sums(key, measures, relation) -%}
select
    {{ key | join(',\n    ') }}
    {%- for measure in measures %},
    cast(sum({{ measure }}) as {{ 'decimal(38, 4)' if 'revenue' in measure or 'mrr' in measure else 'bigint' }}) as {{ measure }}
    {%- endfor %}
from {{ relation }}
group by {{ key | join(', ') }}
{%- endmacro %}
