{# Landed text to typed values. Only what the definitions allow is read as a value: everything else is null, and the
   row is rejected by the caller, so that one bad value costs one row. #}

{# Trimmed; empty is null. The characters: space, tab, line feed, vertical tab, form feed, return, no-break space. What begins
   and ends with a visible character of ASCII has none of them, and is spared a trim that costs three times as much. #}
{% macro clean(column) -%}
    {%- set text = quoted(column) -%}
    case
        when {{ is_trimmed(text) }} then {{ text }}
        else nullif(trim(both ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(160) from {{ text }}), '')
    end
{%- endmacro %}

{% macro is_trimmed(text) %}{{ return(adapter.dispatch('is_trimmed', 'winback')(text)) }}{% endmacro %}
{% macro default__is_trimmed(text) %}{{ matches(text, '^[!-~]([ -~]*[!-~])?$') }}{% endmacro %}
{# Texts compare by bytes; unlike a pattern, this is worked out once for each entry of a column's dictionary. #}
{% macro duckdb__is_trimmed(text) %}({{ text }} >= '!' and {{ text }} < chr(127) and {{ text }}[-1] between '!' and '~'){% endmacro %}

{# Null where the text is no valid value of the type, even one that looks like it (30 February). #}
{% macro try_cast(text, type) %}{{ return(adapter.dispatch('try_cast', 'winback')(text, type)) }}{% endmacro %}
{% macro default__try_cast(text, type) %}try_cast({{ text }} as {{ type }}){% endmacro %}
{% macro postgres__try_cast(text, type) %}case when pg_input_is_valid({{ text }}, '{{ type }}') then cast({{ text }} as {{ type }}) end{% endmacro %}

{% macro is_plain_date(text) %}{{ matches(text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') }}{% endmacro %}

{% macro is_plain_time(text) -%}
    {{ matches(text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?$') }}
{%- endmacro %}

{% macro is_plain_number(text) %}{{ matches(text, '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$') }}{% endmacro %}

{# A date, or the local date of a time; null outside 1970-2100. #}
{% macro parse_date(text, zone) -%}
    cast({{ utc_to_local(parse_time(text, zone), zone) }} as date)
{%- endmacro %}

{% macro parse_number(text, type) -%}
    case when {{ is_plain_number(text) }} then {{ try_cast(text, type) }} end
{%- endmacro %}

{% macro parse_boolean(text) -%}
    case when {{ text }} in ('true', '1') then true when {{ text }} in ('false', '0') then false end
{%- endmacro %}

{# A UTC timestamp of an ISO 8601 text; a date alone is the start of that date in the zone. Null outside 1970-2100. A text
   that is just what its timestamp is written as (most are) needs none of the patterns. #}
{% macro parse_time(text, zone) -%}
    {%- set plainly = try_cast(text, 'timestamp') -%}
    case
        when cast({{ plainly }} as {{ dbt.type_string() }}) = {{ text }} then {{ within_years(plainly) }}
        when {{ is_plain_date(text) }} then
            case when left({{ text }}, 4) between '1970' and '2100' then {{ start_of_date(try_cast(text, 'date'), zone) }} end
        when {{ is_plain_time(text) }} then {{ within_years(instant(text)) }}
    end
{%- endmacro %}

{# The instant at which a date begins in a zone. Where a clock put back an hour makes midnight come twice, engines take the second. #}
{% macro start_of_date(date, zone) -%}
    {%- set midnight = 'cast(' ~ date ~ ' as timestamp)' -%}
    {%- set found = local_to_utc(midnight, zone) -%}
    {%- set hour_before = '(' ~ found ~ " - interval '1' hour)" -%}
    case when {{ utc_to_local(hour_before, zone) }} = {{ midnight }} then {{ hour_before }} else {{ found }} end
{%- endmacro %}

{% macro within_years(instant) -%}
    case when {{ instant }} >= timestamp '1970-01-01 00:00:00' and {{ instant }} < timestamp '2101-01-01 00:00:00' then {{ instant }} end
{%- endmacro %}

{# The zone's sign stands in the part after the date, the only `+` or `-` there; a fraction is kept to microseconds. #}
{% macro instant(text) -%}
    {%- set clock = "substr(" ~ text ~ ", 12)" -%}
    {%- set sign_at = "position('+' in replace(" ~ clock ~ ", '-', '+'))" -%}
    {%- set wall_time = "left(case when " ~ sign_at ~ " > 0 then left(" ~ text ~ ", 10 + cast(" ~ sign_at ~ " as integer)) else replace(" ~ text ~ ", 'Z', '') end, 26)" -%}
    {{ try_cast(wall_time, 'timestamp') }}
        - case when {{ sign_at }} > 0 then {{ offset_interval("replace(substr(" ~ clock ~ ", cast(" ~ sign_at ~ " as integer)), ':', '')") }} else interval '0' minute end
{%- endmacro %}

{# `+0530`, `-05` to an interval. #}
{% macro offset_interval(offset) -%}
    (case when left({{ offset }}, 1) = '-' then -1 else 1 end
        * (cast(substr({{ offset }}, 2, 2) as integer) * 60 + cast(coalesce(nullif(substr({{ offset }}, 4, 2), ''), '0') as integer))
        * interval '1' minute)
{%- endmacro %}
