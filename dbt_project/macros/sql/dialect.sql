{# What else differs between the engines, and nothing else. #}

{% macro regexp_match(text, pattern) %}{{ return(adapter.dispatch('regexp_match', 'winback')(text, pattern)) }}{% endmacro %}
{% macro default__regexp_match(text, pattern) %}({{ text }} ~ '{{ pattern }}'){% endmacro %}
{% macro duckdb__regexp_match(text, pattern) %}regexp_matches({{ text }}, '{{ pattern }}'){% endmacro %}
{# Java's `$` matches before a last line end as well. #}
{% macro spark__regexp_match(text, pattern) %}({{ text }} rlike '{{ pattern[:-1] ~ "\\\\z" if pattern[-1] == "$" else pattern }}'){% endmacro %}

{# A binary float as text: a whole number without a fraction, for it may be an id; others as plain decimals. NaN is a missing value, as
   pandas writes it; an infinite one keeps its name and is no number later. #}
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

{# Texts in one, in an order of their own, with commas between them. #}
{% macro string_agg_ordered(text, order_by) %}{{ return(adapter.dispatch('string_agg_ordered', 'winback')(text, order_by)) }}{% endmacro %}
{% macro default__string_agg_ordered(text, order_by) %}{{ dbt.listagg(text, "','", 'order by ' ~ binary_collation(order_by)) }}{% endmacro %}
{% macro spark__string_agg_ordered(text, order_by) %}listagg({{ text }}, ',') within group (order by {{ order_by }}){% endmacro %}

{# The value of the row with the least, or greatest, `by`. #}
{% macro value_at_min(value, by) %}{{ return(adapter.dispatch('value_at_min', 'winback')(value, by)) }}{% endmacro %}
{% macro default__value_at_min(value, by) %}min_by({{ value }}, {{ by }}){% endmacro %}
{% macro postgres__value_at_min(value, by) %}(array_agg({{ value }} order by {{ by }}))[1]{% endmacro %}

{% macro value_at_max(value, by) %}{{ return(adapter.dispatch('value_at_max', 'winback')(value, by)) }}{% endmacro %}
{% macro default__value_at_max(value, by) %}max_by({{ value }}, {{ by }}){% endmacro %}
{% macro postgres__value_at_max(value, by) %}(array_agg({{ value }} order by {{ by }} desc nulls last))[1]{% endmacro %}

{# A text in the order of its bytes, whatever the order of the database: ranks must not hang on it. #}
{% macro binary_collation(text) %}{{ return(adapter.dispatch('binary_collation', 'winback')(text)) }}{% endmacro %}
{% macro default__binary_collation(text) %}{{ text }}{% endmacro %}
{% macro postgres__binary_collation(text) %}{{ text }} collate "C"{% endmacro %}

{# The type of a column that holds one of a few labels: stored as small numbers where the engine can, read as text everywhere. #}
{% macro enum_type(labels) %}{{ return(adapter.dispatch('enum_type', 'winback')(labels)) }}{% endmacro %}
{% macro default__enum_type(labels) %}{{ dbt.type_string() }}{% endmacro %}
{% macro duckdb__enum_type(labels) %}enum('{{ labels | join("', '") }}'){% endmacro %}

{# A text as a whole number of 64 bits: equal texts have equal numbers, and different ones as good as never. #}
{% macro hash_to_bigint(text) %}{{ return(adapter.dispatch('hash_to_bigint', 'winback')(text)) }}{% endmacro %}
{% macro default__hash_to_bigint(text) %}cast(('x' || left(md5({{ text }}), 16)) as bit(64))::bigint{% endmacro %}
{% macro duckdb__hash_to_bigint(text) %}cast(md5_number_lower({{ text }}) >> 1 as bigint){% endmacro %}
{% macro spark__hash_to_bigint(text) %}xxhash64({{ text }}){% endmacro %}

{# A number for the values of some columns, good for as long as one query. #}
{% macro row_hash_in_query(columns) %}{{ return(adapter.dispatch('row_hash_in_query', 'winback')(columns)) }}{% endmacro %}
{% macro default__row_hash_in_query(columns) %}{{ hash_to_bigint('concat_ws(chr(31), ' ~ columns | join(', ') ~ ')') }}{% endmacro %}
{% macro duckdb__row_hash_in_query(columns) %}hash({{ columns | join(', ') }}){% endmacro %}

{# A CTE that is worked out wherever it is named: DuckDB would write it down once, which of all rows costs more than doing it twice.
   Plain SQL has no word for it, so where models are linted it is left out. #}
{% macro not_materialized() %}{{ return(adapter.dispatch('not_materialized', 'winback')()) }}{% endmacro %}
{% macro default__not_materialized() %}as{% endmacro %}
{% macro duckdb__not_materialized() %}as{{ ' not materialized' if not var('is_linted', false) }}{% endmacro %}

{# A CTE that is worked out once, wherever and however often it is named. Spark has no word for it. #}
{% macro materialized() %}{{ return(adapter.dispatch('materialized', 'winback')()) }}{% endmacro %}
{% macro default__materialized() %}as{{ ' materialized' if not var('is_linted', false) }}{% endmacro %}
{% macro spark__materialized() %}as{% endmacro %}

{# The values of a column of a CTE that has few rows, if any. DuckDB, which cannot know how few, would look for many rows in them, instead
   of for them in many rows. #}
{% macro few_values(column, relation) %}{{ return(adapter.dispatch('few_values', 'winback')(column, relation)) }}{% endmacro %}
{% macro default__few_values(column, relation) %}select {{ column }} from {{ relation }}{% endmacro %}
{% macro duckdb__few_values(column, relation) %}select unnest((select list({{ column }}) from {{ relation }})){% endmacro %}

{# The most memory that a run may take before it goes on on the disk; engines that are servers have settings of their own. #}
{% macro limit_memory(size) %}{{ return(adapter.dispatch('limit_memory', 'winback')(size)) }}{% endmacro %}
{% macro default__limit_memory(size) %}{% endmacro %}
{% macro duckdb__limit_memory(size) %}{% if size %}set global memory_limit = {{ text_literal(size) }}{% endif %}{% endmacro %}

{# What a run may reach of the machine; a server has rights of its own. #}
{% macro confine(folders) %}{{ return(adapter.dispatch('confine', 'winback')(folders)) }}{% endmacro %}
{% macro default__confine(folders) %}{% endmacro %}
