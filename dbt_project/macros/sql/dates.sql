{# Date and time functions that differ between the engines. #}

{% macro add_days(date, days) %}{{ return(adapter.dispatch('add_days', 'winback')(date, days)) }}{% endmacro %}
{% macro default__add_days(date, days) %}({{ date }} + {{ days }}){% endmacro %}
{% macro spark__add_days(date, days) %}date_add({{ date }}, cast({{ days }} as integer)){% endmacro %}

{# The number of days from `from_date` to `to_date`, an integer. #}
{% macro days_between(from_date, to_date) %}{{ return(adapter.dispatch('days_between', 'winback')(from_date, to_date)) }}{% endmacro %}
{% macro default__days_between(from_date, to_date) %}cast({{ to_date }} - {{ from_date }} as integer){% endmacro %}
{% macro spark__days_between(from_date, to_date) %}datediff({{ to_date }}, {{ from_date }}){% endmacro %}

{# The first day of the period that contains a date; weeks begin on Monday. #}
{% macro period_start(grain, date) %}cast(date_trunc('{{ grain }}', {{ date }}) as date){% endmacro %}

{# The first day of the first period that begins on or after a date. #}
{% macro next_open(grain, date) -%}
{%- set day_before = add_days(date, -1) -%}
cast({{ period_start(grain, day_before) }} + interval '{{ period_grains()[grain] }}' as date)
{%- endmacro %}

{% macro period_end(grain, start) %}cast({{ start }} + interval '{{ period_grains()[grain] }}' - interval '1' day as date){% endmacro %}

{# One row per step from `starts_on` to `ends_on` of a relation, both included; keeps the given columns. #}
{% macro times_between(relation, columns, step) %}{{ return(adapter.dispatch('times_between', 'winback')(relation, columns, step)) }}{% endmacro %}
{% macro default__times_between(relation, columns, step) -%}
    select {{ columns | join(', ') }}, spine.each_time
    from {{ relation }}, lateral (select unnest(generate_series(cast(starts_on as timestamp), cast(ends_on as timestamp), interval '{{ step }}')) as each_time) as spine
{%- endmacro %}
{% macro postgres__times_between(relation, columns, step) -%}
    select {{ columns | join(', ') }}, spine.each_time
    from {{ relation }} cross join lateral generate_series(cast(starts_on as timestamp), cast(ends_on as timestamp), interval '{{ step }}') as spine (each_time)
{%- endmacro %}
{% macro spark__times_between(relation, columns, step) -%}
    select {{ columns | join(', ') }}, each_time
    from {{ relation }} lateral view explode(sequence(cast(starts_on as timestamp), cast(ends_on as timestamp), interval {{ step }})) spine as each_time
{%- endmacro %}

{% macro dates_between(relation, columns, step='1 day') -%}
    select {{ columns | join(', ') }}, cast(each_time as date) as each_date
    from ({{ times_between(relation, columns, step) }}) as times
{%- endmacro %}

{# Convert a UTC timestamp to local time in a zone, and back; both are without time zone. #}
{% macro utc_to_local(instant, zone) %}{{ return(adapter.dispatch('utc_to_local', 'winback')(instant, zone)) }}{% endmacro %}
{% macro default__utc_to_local(instant, zone) %}timezone({{ zone }}, timezone('UTC', {{ instant }})){% endmacro %}
{% macro spark__utc_to_local(instant, zone) %}from_utc_timestamp({{ instant }}, {{ zone }}){% endmacro %}

{# The whole seconds between two timestamps; a timestamp plus a number of seconds. #}
{% macro seconds_between(from_time, to_time) %}{{ return(adapter.dispatch('seconds_between', 'winback')(from_time, to_time)) }}{% endmacro %}
{% macro default__seconds_between(from_time, to_time) %}cast(extract(epoch from ({{ to_time }}) - ({{ from_time }})) as integer){% endmacro %}
{% macro spark__seconds_between(from_time, to_time) %}cast(unix_timestamp({{ to_time }}) - unix_timestamp({{ from_time }}) as integer){% endmacro %}

{% macro add_seconds(time, seconds) %}{{ return(adapter.dispatch('add_seconds', 'winback')(time, seconds)) }}{% endmacro %}
{% macro default__add_seconds(time, seconds) %}({{ time }} + ({{ seconds }}) * interval '1' second){% endmacro %}
{% macro duckdb__add_seconds(time, seconds) %}({{ time }} + to_seconds({{ seconds }})){% endmacro %}

{# The offset of a zone from UTC at a UTC timestamp, in seconds. #}
{% macro utc_offset(instant, zone) %}{{ seconds_between(instant, utc_to_local(instant, zone)) }}{% endmacro %}

{# The local date of a UTC timestamp; `offsets` is the matching row of int_utc_offsets. #}
{% macro local_date(instant, offsets) -%}
cast({{ add_seconds(instant, 'case when ' ~ instant ~ ' >= ' ~ offsets ~ '.changes_at then ' ~ offsets ~ '.next_offset else ' ~ offsets ~ '.opening_offset end') }} as date)
{%- endmacro %}

{% macro local_to_utc(wall_time, zone) %}{{ return(adapter.dispatch('local_to_utc', 'winback')(wall_time, zone)) }}{% endmacro %}
{% macro default__local_to_utc(wall_time, zone) %}timezone('UTC', timezone({{ zone }}, {{ wall_time }})){% endmacro %}
{% macro spark__local_to_utc(wall_time, zone) %}to_utc_timestamp({{ wall_time }}, {{ zone }}){% endmacro %}
