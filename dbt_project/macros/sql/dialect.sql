{# Only the remaining differences between the engines. #}

{% macro regexp_match(text, pattern) %}{{ return(adapter.dispatch('regexp_match', 'winback')(text, pattern)) }}{% endmacro %}
{% macro default__regexp_match(text, pattern) %}({{ text }} ~ '{{ pattern }}'){% endmacro %}
{% macro duckdb__regexp_match(text, pattern) %}regexp_matches({{ text }}, '{{ pattern }}'){% endmacro %}
{# In Java, `$` also matches before a final line terminator. #}
{% macro spark__regexp_match(text, pattern) %}({{ text }} rlike '{{ pattern[:-1] ~ "\\\\z" if pattern[-1] == "$" else pattern }}'){% endmacro %}

{# A binary float as text: a whole number without a fraction, because it may be an id; any other as a plain decimal. NaN is a missing value, as pandas
   writes it. An infinite value keeps its name and later fails to parse as a number. #}
{% macro float_text(column) %}{{ return(adapter.dispatch('float_text', 'winback')(column)) }}{% endmacro %}
{% macro default__float_text(column) -%}
    case
        when cast({{ column }} as {{ dbt.type_string() }}) in ('NaN', 'nan') then null
        when abs({{ column }}) < 9.2e18 and {{ column }} = floor({{ column }}) then cast(cast({{ column }} as bigint) as {{ dbt.type_string() }})
        when abs({{ column }}) < 1e18 then cast(cast({{ column }} as decimal(38, 9)) as {{ dbt.type_string() }})
        else cast({{ column }} as {{ dbt.type_string() }})
    end
{%- endmacro %}

{% macro type_double() %}{{ return(adapter.dispatch('type_double', 'winback')()) }}{% endmacro %}
{% macro default__type_double() %}{{ return('double precision') }}{% endmacro %}
{% macro spark__type_double() %}{{ return('double') }}{% endmacro %}

{# Ordered string aggregation (listagg), separated by commas. #}
{% macro string_agg_ordered(text, order_by) %}{{ return(adapter.dispatch('string_agg_ordered', 'winback')(text, order_by)) }}{% endmacro %}
{% macro default__string_agg_ordered(text, order_by) %}{{ dbt.listagg(text, "','", 'order by ' ~ binary_collation(order_by)) }}{% endmacro %}
{% macro spark__string_agg_ordered(text, order_by) %}listagg({{ text }}, ',') within group (order by {{ order_by }}){% endmacro %}

{# The value of the row with the smallest, or greatest, `by`. #}
{% macro value_at_min(value, by) %}{{ return(adapter.dispatch('value_at_min', 'winback')(value, by)) }}{% endmacro %}
{% macro default__value_at_min(value, by) %}min_by({{ value }}, {{ by }}){% endmacro %}
{% macro postgres__value_at_min(value, by) %}(array_agg({{ value }} order by {{ by }}))[1]{% endmacro %}

{% macro value_at_max(value, by) %}{{ return(adapter.dispatch('value_at_max', 'winback')(value, by)) }}{% endmacro %}
{% macro default__value_at_max(value, by) %}max_by({{ value }}, {{ by }}){% endmacro %}
{% macro postgres__value_at_max(value, by) %}(array_agg({{ value }} order by {{ by }} desc nulls last))[1]{% endmacro %}

{# Sort a text by its bytes, whatever the database's collation: ranks must not depend on the collation. #}
{% macro binary_collation(text) %}{{ return(adapter.dispatch('binary_collation', 'winback')(text)) }}{% endmacro %}
{% macro default__binary_collation(text) %}{{ text }}{% endmacro %}
{% macro postgres__binary_collation(text) %}{{ text }} collate "C"{% endmacro %}

{# The type of a column that holds one of a few labels: stored as small numbers if the engine can, read as text on every engine. #}
{% macro enum_type(labels) %}{{ return(adapter.dispatch('enum_type', 'winback')(labels)) }}{% endmacro %}
{% macro default__enum_type(labels) %}{{ dbt.type_string() }}{% endmacro %}
{% macro duckdb__enum_type(labels) %}enum('{{ labels | join("', '") }}'){% endmacro %}

{# Hash a text to a 64-bit integer: equal texts have equal hashes, and different texts practically never do. #}
{% macro hash_to_bigint(text) %}{{ return(adapter.dispatch('hash_to_bigint', 'winback')(text)) }}{% endmacro %}
{% macro default__hash_to_bigint(text) %}cast(('x' || left(md5({{ text }}), 16)) as bit(64))::bigint{% endmacro %}
{% macro duckdb__hash_to_bigint(text) %}cast(md5_number_lower({{ text }}) >> 1 as bigint){% endmacro %}
{% macro spark__hash_to_bigint(text) %}xxhash64({{ text }}){% endmacro %}

{# Hash the values of some columns to a number; the hash is valid only within one query. #}
{% macro row_hash_in_query(columns) %}{{ return(adapter.dispatch('row_hash_in_query', 'winback')(columns)) }}{% endmacro %}
{% macro default__row_hash_in_query(columns) %}{{ hash_to_bigint('concat_ws(chr(31), ' ~ columns | join(', ') ~ ')') }}{% endmacro %}
{% macro duckdb__row_hash_in_query(columns) %}hash({{ columns | join(', ') }}){% endmacro %}

{# A CTE that is computed for each reference: DuckDB would materialize it once, which for all rows costs more than computing it twice. Standard SQL
   has no syntax for this, so it is left out when models are linted. #}
{% macro not_materialized() %}{{ return(adapter.dispatch('not_materialized', 'winback')()) }}{% endmacro %}
{% macro default__not_materialized() %}as{% endmacro %}
{% macro duckdb__not_materialized() %}as{{ ' not materialized' if not var('is_linted', false) }}{% endmacro %}

{# A CTE that is computed once, however often it is referenced. Spark has no syntax for this. #}
{% macro materialized() %}{{ return(adapter.dispatch('materialized', 'winback')()) }}{% endmacro %}
{% macro default__materialized() %}as{{ ' materialized' if not var('is_linted', false) }}{% endmacro %}
{% macro spark__materialized() %}as{% endmacro %}

{# The values of a column of a CTE that has few rows or none. DuckDB cannot know how few: it would look up each of many rows in the CTE, instead of
   the few values in the many rows. #}
{% macro few_values(column, relation) %}{{ return(adapter.dispatch('few_values', 'winback')(column, relation)) }}{% endmacro %}
{% macro default__few_values(column, relation) %}select {{ column }} from {{ relation }}{% endmacro %}
{% macro duckdb__few_values(column, relation) %}select unnest((select list({{ column }}) from {{ relation }})){% endmacro %}

{# Pre-hook: join by hashing the whole key. PostgreSQL expects a single row of several filters on what the query itself computes, and would for this one row
   compare all rows of a business, or compute the other side again: with thousands of rows, minutes for what takes a second. #}
{% macro join_by_whole_keys() %}{{ return(adapter.dispatch('join_by_whole_keys', 'winback')()) }}{% endmacro %}
{% macro default__join_by_whole_keys() %}{% endmacro %}
{% macro postgres__join_by_whole_keys() %}set local enable_nestloop = off; set local enable_mergejoin = off{% endmacro %}

{# The memory limit of a run, above which it spills to disk. Engines that are servers have their own settings. #}
{% macro limit_memory(size) %}{{ return(adapter.dispatch('limit_memory', 'winback')(size)) }}{% endmacro %}
{% macro default__limit_memory(size) %}{% endmacro %}
{% macro duckdb__limit_memory(size) %}{% if size %}set global memory_limit = {{ text_literal(size) }}{% endif %}{% endmacro %}

{# Restrict what a run can access on the machine. A server has its own permissions. #}
{% macro confine(folders) %}{{ return(adapter.dispatch('confine', 'winback')(folders)) }}{% endmacro %}
{% macro default__confine(folders) %}{% endmacro %}
