{# Convert landed text to typed values. Only the formats that the definitions allow are converted. Any other text becomes null and the caller rejects
   the row, so that one bad value costs one row. #}

{# Trim the text; an empty text becomes null. Trimmed characters: space, tab, line feed, carriage return, no-break space. A text that begins and ends
   with a visible ASCII character needs no trim, which costs three times as much as this check. #}
{% macro trim_to_null(column, relation=none) -%}
    {%- set text = (relation ~ '.' if relation else '') ~ quoted(column) -%}
    case
        when {{ is_trimmed(text) }} then {{ text }}
        else nullif(trim(both ' ' || chr(9) || chr(10) || chr(13) || chr(160) from {{ text }}), '')
    end
{%- endmacro %}

{% macro is_trimmed(text) %}{{ return(adapter.dispatch('is_trimmed', 'winback')(text)) }}{% endmacro %}
{% macro default__is_trimmed(text) %}{{ regexp_match(text, '^[!-~]([ -~]*[!-~])?$') }}{% endmacro %}
{# Texts compare by bytes. Unlike a regular expression, this is computed once per entry of a column's dictionary. #}
{% macro duckdb__is_trimmed(text) %}({{ text }} >= '!' and {{ text }} < chr(127) and {{ text }}[-1] between '!' and '~'){% endmacro %}

{# Null if the text is not a valid value of the type, even if it looks like one (30 February). #}
{% macro try_cast(text, type) %}{{ return(adapter.dispatch('try_cast', 'winback')(text, type)) }}{% endmacro %}
{% macro default__try_cast(text, type) %}try_cast({{ text }} as {{ type }}){% endmacro %}
{% macro postgres__try_cast(text, type) %}case when pg_input_is_valid({{ text }}, '{{ type }}') then cast({{ text }} as {{ type }}) end{% endmacro %}

{# An ISO 8601 date, alone or with a time. #}
{% macro is_date_or_time(text) -%}
    {%- set clock = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?' -%}
    {%- set zone = ' ?(Z|UTC|GMT|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)' -%}
    {{ regexp_match(text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]' ~ clock ~ '(' ~ zone ~ ')?)?$') }}
{%- endmacro %}

{% macro has_zone(text) %}{{ regexp_match('substr(' ~ text ~ ', 12)', '[A-Z+-]') }}{% endmacro %}

{% macro is_plain_number(text) %}{{ regexp_match(text, '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+|[0-9]{1,3}(,[0-9]{3})+[.][0-9]*)$') }}{% endmacro %}

{# A date, or the local date of a timestamp; null outside 1980-2100. A date alone needs no time zone, which costs ten times as much. #}
{% macro parse_date(text, business) -%}
    case
        when {{ regexp_match(text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') }} then
            case when left({{ text }}, 4) between '1980' and '2100' then {{ try_cast(text, 'date') }} end
        else cast({{ utc_to_local(parse_time(text, business), business ~ '.timezone') }} as date)
    end
{%- endmacro %}

{% macro parse_number(text, type) -%}
    case when {{ is_plain_number(text) }} then {{ try_cast("replace(" ~ text ~ ", ',', '')", type) }} end
{%- endmacro %}

{% macro parse_boolean(text) -%}
    case
        when {{ ascii_lower(text) }} in ('true', 't', 'yes', 'y', '1') then true
        when {{ ascii_lower(text) }} in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}

{# The UTC timestamp of an ISO 8601 text. A time without a zone is UTC, or local time if the business (a row of stg_businesses) says so. A date
   without a time is the start of that date in local time. Null outside 1980-2100 of the local calendar, whose dates are at most two days from the
   text's. A text that is identical to the text of its timestamp (most are) skips the patterns. #}
{% macro parse_time(text, business) -%}
    {%- set zone = business ~ '.timezone' -%}
    {%- set plainly = try_cast(text, 'timestamp') -%}
    {%- set is_local = business ~ ".naive_times = 'local'" -%}
    case
        when cast({{ plainly }} as {{ dbt.type_string() }}) = {{ text }} and not {{ is_local }}
            and {{ plainly }} between timestamp '1980-01-03 00:00:00' and timestamp '2100-12-29 00:00:00' then {{ plainly }}
        when not {{ is_date_or_time(text) }} then null
        when length({{ text }}) = 10 or {{ is_local }} and not {{ has_zone(text) }} then
            case when left({{ text }}, 4) between '1980' and '2100' then {{ from_local(try_cast('left(' ~ text ~ ', 26)', 'timestamp'), zone) }} end
        when left({{ text }}, 10) between '1980-01-03' and '2100-12-29'
            or extract(year from {{ utc_to_local(instant(text), zone) }}) between 1980 and 2100 then {{ instant(text) }}
    end
{%- endmacro %}

{# The UTC timestamp of a local time. A local time that occurs twice, because the clocks go back, is the first occurrence, computed with the UTC
   offset of the previous day; engines take the second. #}
{% macro from_local(time, zone) -%}
    {%- set found = local_to_utc(time, zone) -%}
    {%- set first = add_seconds(time, '-' ~ utc_offset('(' ~ found ~ " - interval '1' day)", zone)) -%}
    case when {{ utc_to_local(first, zone) }} = {{ time }} then {{ first }} else {{ found }} end
{%- endmacro %}

{# The time on the clock less the zone offset. Fractions are kept to microseconds. #}
{% macro instant(text) -%}
    {%- set wall_time = "left(left(" ~ text ~ ", 10) || ' ' || split_part(" ~ clock_and_offset(text) ~ ", '+', 1), 26)" -%}
    {%- set offset = "rpad(replace(split_part(" ~ clock_and_offset(text) ~ ", '+', 2), ':', ''), 4, '0')" -%}
    {{ try_cast(wall_time, 'timestamp') }}
        - case when position('-' in substr({{ text }}, 12)) > 0 then -1 else 1 end
        * (cast(left({{ offset }}, 2) as integer) * 60 + cast(right({{ offset }}, 2) as integer)) * interval '1' minute
{%- endmacro %}

{# The part after the date, without letters and spaces, with a `+` before the zone offset whatever its sign: `12:30+05:30`. #}
{% macro clock_and_offset(text) %}translate(substr({{ text }}, 12), '-ZUTCGM ', '+'){% endmacro %}

{# Lowercase only A to Z, because engines differ on other letters. #}
{% macro ascii_lower(text) %}{{ return(adapter.dispatch('ascii_lower', 'winback')(text)) }}{% endmacro %}
{% macro default__ascii_lower(text) %}translate({{ text }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'){% endmacro %}
{# `translate` costs twenty times as much. A text with as many bytes as characters is ASCII. #}
{% macro duckdb__ascii_lower(text) %}case when strlen({{ text }}) = length({{ text }}) then lower({{ text }}) else {{ winback.default__ascii_lower(text) }} end{% endmacro %}

