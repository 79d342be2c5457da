{# The parameters of this run. A refresh passes them as vars; a plain dbt build passes none, and derives everything from the landed rows. #}

{# Whether this run derives everything from the landed rows, or only what has changed since the last refresh. As a package it
   always derives everything. #}
{% macro is_rebuild() %}{{ return(is_package() or var('is_rebuild')) }}{% endmacro %}

{# Override dbt's own macro: as a package, make every table anew but the ledgers, for rows may have left the relations that it reads. #}
{% macro should_full_refresh() %}
    {% set configured = config.get('full_refresh') %}
    {{ return((flags.FULL_REFRESH or is_package()) if configured is none else configured) }}
{% endmacro %}

{# The number of this refresh. For a plain dbt build it is the second in which the build started, which is greater than any earlier number. #}
{% macro refresh_id() %}{{ return(var('refresh_id') or run_started_at.timestamp() | int) }}{% endmacro %}

{# The last date counted: the given date, else the last date that was over in every business's time zone when the run started. #}
{% macro as_of_date() -%}
    {%- if execute and var('as_of_date') -%}
    cast('{{ var("as_of_date") }}' as date)
    {%- else -%}
    (select {{ add_days('min(cast(' ~ utc_to_local(started_at(), 'zones.timezone') ~ ' as date))', -1) }} from {{ ref('stg_businesses') }} as zones)
    {%- endif -%}
{%- endmacro %}

{# A table as the last refresh published it. A rebuild reads none; parsing declares that a model may read it. #}
{% macro published(name, tables='published') %}{{ return(source(tables, name) if not (is_package() or execute and is_rebuild()) else none) }}{% endmacro %}

{# The last date that the previous refresh counted. #}
{% macro previous_as_of_date() %}cast('{{ var("previous_as_of_date") }}' as date){% endmacro %}

{# When this run started, in UTC. #}
{% macro started_at() %}cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp){% endmacro %}

{# Whether a date lies between the as-of dates of the last refresh and of this one. #}
{% macro has_come(date) %}({{ date }} > {{ previous_as_of_date() }} and {{ date }} <= {{ as_of_date() }}){% endmacro %}

{# Seconds since the start of the run. #}
{% macro elapsed_seconds() %}
    {{ return((modules.datetime.datetime.now(modules.pytz.utc) - run_started_at).total_seconds()) }}
{% endmacro %}
