{# What else differs between the engines, and nothing else. #}

{% macro matches(text, pattern) %}{{ return(adapter.dispatch('matches', 'winback')(text, pattern)) }}{% endmacro %}
{% macro default__matches(text, pattern) %}({{ text }} ~ '{{ pattern }}'){% endmacro %}
{% macro duckdb__matches(text, pattern) %}regexp_matches({{ text }}, '{{ pattern }}'){% endmacro %}
{# Java's `$` matches before a last line end as well. #}
{% macro spark__matches(text, pattern) %}({{ text }} rlike '{{ pattern[:-1] ~ "\\\\z" if pattern[-1] == "$" else pattern }}'){% endmacro %}

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
{% macro listed(text, order_by) %}{{ return(adapter.dispatch('listed', 'winback')(text, order_by)) }}{% endmacro %}
{% macro default__listed(text, order_by) %}{{ dbt.listagg(text, "','", 'order by ' ~ in_bytes(order_by)) }}{% endmacro %}
{% macro spark__listed(text, order_by) %}listagg({{ text }}, ',') within group (order by {{ order_by }}){% endmacro %}

{# The value of the row with the least, or greatest, `by`. #}
{% macro first_by(value, by) %}{{ return(adapter.dispatch('first_by', 'winback')(value, by)) }}{% endmacro %}
{% macro default__first_by(value, by) %}min_by({{ value }}, {{ by }}){% endmacro %}
{% macro postgres__first_by(value, by) %}(array_agg({{ value }} order by {{ by }}))[1]{% endmacro %}

{% macro last_by(value, by) %}{{ return(adapter.dispatch('last_by', 'winback')(value, by)) }}{% endmacro %}
{% macro default__last_by(value, by) %}max_by({{ value }}, {{ by }}){% endmacro %}
{% macro postgres__last_by(value, by) %}(array_agg({{ value }} order by {{ by }} desc nulls last))[1]{% endmacro %}

{# A text in the order of its bytes, whatever the order of the database: ranks must not hang on it. #}
{% macro in_bytes(text) %}{{ return(adapter.dispatch('in_bytes', 'winback')(text)) }}{% endmacro %}
{% macro default__in_bytes(text) %}{{ text }}{% endmacro %}
{% macro postgres__in_bytes(text) %}{{ text }} collate "C"{% endmacro %}

{# The type of a column that holds one of a few labels: stored as small numbers where the engine can, read as text everywhere. #}
{% macro label_type(labels) %}{{ return(adapter.dispatch('label_type', 'winback')(labels)) }}{% endmacro %}
{% macro default__label_type(labels) %}{{ dbt.type_string() }}{% endmacro %}
{% macro duckdb__label_type(labels) %}enum('{{ labels | join("', '") }}'){% endmacro %}

{# A text as a whole number of 64 bits: equal texts have equal numbers, and different ones as good as never. #}
{% macro number_of(text) %}{{ return(adapter.dispatch('number_of', 'winback')(text)) }}{% endmacro %}
{% macro default__number_of(text) %}cast(('x' || left(md5({{ text }}), 16)) as bit(64))::bigint{% endmacro %}
{% macro duckdb__number_of(text) %}cast(md5_number_lower({{ text }}) >> 1 as bigint){% endmacro %}
{% macro spark__number_of(text) %}xxhash64({{ text }}){% endmacro %}

{# A number for the values of some columns, good for as long as one query. #}
{% macro fleeting_hash(columns) %}{{ return(adapter.dispatch('fleeting_hash', 'winback')(columns)) }}{% endmacro %}
{% macro default__fleeting_hash(columns) %}{{ number_of('concat_ws(chr(31), ' ~ columns | join(', ') ~ ')') }}{% endmacro %}
{% macro duckdb__fleeting_hash(columns) %}hash({{ columns | join(', ') }}){% endmacro %}

{# A CTE that is worked out wherever it is named: DuckDB would write it down once, which of all rows costs more than doing it twice.
   Plain SQL has no word for it, so where models are linted it is left out. #}
{% macro inlined() %}{{ return(adapter.dispatch('inlined', 'winback')()) }}{% endmacro %}
{% macro default__inlined() %}as{% endmacro %}
{% macro duckdb__inlined() %}as{{ ' not materialized' if not var('is_linted', false) }}{% endmacro %}

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
