{# What one refresh needs to know of the last: which tables it left, and which of their rows are now to be replaced. #}

{# Whether everything is derived anew from the landed rows, or only what has changed since the last refresh. #}
{% macro rebuilds() %}
    {% set refresh = ref('int_this_refresh') %}
    {% if not execute or load_relation(refresh) is none %}{{ return(true) }}{% endif %}
    {{ return(run_query('select is_rebuild from ' ~ refresh).columns[0].values()[0]) }}
{% endmacro %}


{# The number of this refresh, as a constant: engines plan better by it than by a join. #}
{% macro this_refresh() %}
    {% set refresh = ref('int_this_refresh') %}
    {{ return(run_query('select refresh_id from ' ~ refresh).columns[0].values()[0] if execute else 0) }}
{% endmacro %}


{# A table as it stood before this run touched it, or none. No `ref`: the model is built later in the run than its reader. #}
{% macro last_published(name) %}
    {% if execute %}
        {% set node = graph.nodes['model.winback.' ~ name] %}
        {{ return(named_in_any_file(adapter.get_relation(node.database, node.schema, node.alias))) }}
    {% endif %}
{% endmacro %}


{# Makes a model an incremental table in which the rows of certain customers are replaced by those it selects. Where the
   old rows are still needed, `once` names the model that takes them. #}
{% macro replaces_rows_of(customers, key, once=none) -%}
    {%- do ref('int_this_refresh') -%}
    {%- do ref(customers) -%}
    {%- if once %}{% do ref(once) %}{% endif -%}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_rows_of('" ~ customers ~ "', " ~ key ~ ") }}",
) }}
{%- endmacro %}


{# Whether rows of a table can be taken out. On Spark only the table formats can; on plain files everything is derived anew. #}
{% macro can_delete() %}{{ return(adapter.dispatch('can_delete', 'winback')()) }}{% endmacro %}
{% macro default__can_delete() %}{{ return(true) }}{% endmacro %}
{% macro spark__can_delete() %}{{ return(var('spark_file_format', 'parquet') in ['delta', 'iceberg']) }}{% endmacro %}

{# How an incremental table takes in rows whose keys it has already. #}
{% macro replaces_keys() %}{{ return(adapter.dispatch('replaces_keys', 'winback')()) }}{% endmacro %}
{% macro default__replaces_keys() %}{{ return('delete+insert') }}{% endmacro %}
{% macro spark__replaces_keys() %}{{ return('merge' if can_delete() else 'append') }}{% endmacro %}

{# Where nothing can be taken out, a run that does not begin anew would count twice. #}
{% macro refuse_to_go_on() %}
    {% if execute and not can_delete() and not flags.FULL_REFRESH %}
        {% do exceptions.raise_compiler_error("On Spark with plain Parquet tables every run derives everything anew: add --full-refresh (landed rows and ledgers survive it).") %}
    {% endif %}
{% endmacro %}


{# Pre-hook: forget the rows of those who are about to come anew, or all rows where everything does. #}
{% macro forget_rows_of(customers, key) %}
    {% if execute and can_delete() and load_relation(this) is not none %}
        delete from {{ this }}
        {% if not rebuilds() %}where ({{ key | join(', ') }}) in (select {{ key | join(', ') }} from {{ ref(customers) }}){% endif %}
    {% endif %}
{% endmacro %}


{# Pre-hook of an incremental table of sums: where all is derived anew, nothing held before may be added to. #}
{% macro forget_all_if_rebuilding() %}
    {% if execute and can_delete() and load_relation(this) is not none and rebuilds() %}delete from {{ this }}{% endif %}
{% endmacro %}


{# Pre-hook of a table of sums: what was counted of segments that have come to have too many values. #}
{% macro forget_wide_segments() %}
    {% if execute and can_delete() and load_relation(this) is not none %}
        delete from {{ this }}
        where (business_id, segment) in (select business_id, segment from {{ ref('int_wide_segments') }})
    {% endif %}
{% endmacro %}


{# Seconds from the start of the run to this moment. #}
{% macro seconds_so_far() %}
    {{ return((modules.datetime.datetime.now(modules.pytz.utc) - run_started_at).total_seconds()) }}
{% endmacro %}
