{# What this run is. A refresh says it in vars; a plain dbt build says nothing, and derives everything from the landed rows. #}

{# Whether everything is derived from the landed rows, or only what has changed since the last refresh. #}
{% macro is_rebuild() %}{{ return(var('is_rebuild')) }}{% endmacro %}

{# The number of this refresh; of a plain dbt build the second in which it started, which is greater than any before. #}
{% macro refresh_id() %}{{ return(var('refresh_id') or run_started_at.timestamp() | int) }}{% endmacro %}

{# The last date counted: as given, else the last one that was over in every business's zone when the run started. #}
{% macro as_of_date() -%}
    {%- if execute and var('as_of_date') -%}
    cast('{{ var("as_of_date") }}' as date)
    {%- else -%}
    (select {{ add_days('min(cast(' ~ utc_to_local(started_at(), 'zones.timezone') ~ ' as date))', -1) }} from {{ ref('stg_businesses') }} as zones)
    {%- endif -%}
{%- endmacro %}

{# A table as the last refresh published it. A rebuild reads none; that a model may read it is known from parsing. #}
{% macro published(name) %}{{ return(source('published', name) if not (execute and is_rebuild()) else none) }}{% endmacro %}

{# The last date that the refresh before counted. #}
{% macro previous_as_of_date() %}cast('{{ var("previous_as_of_date") }}' as date){% endmacro %}

{# When this run started, in UTC. #}
{% macro started_at() %}cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp){% endmacro %}

{# Whether a date came between the last refresh and this one. #}
{% macro has_come(date) %}({{ date }} > {{ previous_as_of_date() }} and {{ date }} <= {{ as_of_date() }}){% endmacro %}

{# Seconds from the start of the run to this moment. #}
{% macro elapsed_seconds() %}
    {{ return((modules.datetime.datetime.now(modules.pytz.utc) - run_started_at).total_seconds()) }}
{% endmacro %}
