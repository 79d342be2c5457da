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
        {{ return(adapter.get_relation(node.database, node.schema, node.alias)) }}
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


{# The rows that the touched customers had, taken before the table itself is brought up to date. #}
{% macro rows_before(name) -%}
    {%- set customers = ref('int_touched_customers') -%}
    {%- if rebuilds() -%}
select cast(null as integer) as customer_key
where 1 = 0
    {%- else -%}
select *
from {{ last_published(name) }}
where customer_key in (select customer_key from {{ customers }})
    {%- endif -%}
{%- endmacro %}


{# Where the rows of a kept table belong to this run: all of them where everything is derived anew. #}
{% macro of_this_run(customer_key) -%}
    {%- set customers = ref('int_touched_customers') -%}
    {%- if rebuilds() -%}1 = 1{%- else -%}{{ customer_key }} in (select customer_key from {{ customers }}){%- endif -%}
{%- endmacro %}


{# The rows of those whose figures are to be counted anew: as they are now with weight 1, and as the last refresh counted
   them with weight -1, so that sums of both are what to add to the figures. `date_column` is clipped at the date counted to,
   which each row is given. #}
{% macro counted_rows(name, date_column=none) -%}
    {%- set before = ref(name ~ '_before') -%}
    {%- set changed = ref('int_changed_customers') -%}
    {%- set refresh = ref('int_this_refresh') -%}
    {%- if rebuilds() -%}
select counted.*, refresh.as_of_date as counted_to, 1 as weight
from {{ ref(name) }} as counted
cross join {{ refresh }} as refresh
where {{ up_to(date_column, 'refresh.as_of_date') }}
    {%- else -%}
with of_changed as (
    select *
    from {{ ref(name) }}
    where customer_key in (select customer_key from {{ changed }})
)

select counted.*, refresh.as_of_date as counted_to, 1 as weight
from of_changed as counted
cross join {{ refresh }} as refresh
where {{ up_to(date_column, 'refresh.as_of_date') }}
union all
select counted.*, refresh.previous_as_of_date, -1
from {{ before }} as counted
cross join {{ refresh }} as refresh
where {{ up_to(date_column, 'refresh.previous_as_of_date') }}
union all
select counted.*, refresh.previous_as_of_date, -1
from of_changed as counted
cross join {{ refresh }} as refresh
where
    {{ up_to(date_column, 'refresh.previous_as_of_date') }}
    and counted.customer_key in (select customer_key from {{ changed }} where not is_touched)
    {%- endif %}
{%- endmacro %}

{% macro up_to(date_column, date) -%}
    {% if date_column %}counted.{{ date_column }} <= {{ date }}{% else %}1 = 1{% endif %}
{%- endmacro %}


{# Seconds from the start of the run to this moment. #}
{% macro seconds_so_far() %}
    {{ return((modules.datetime.datetime.now(modules.pytz.utc) - run_started_at).total_seconds()) }}
{% endmacro %}
