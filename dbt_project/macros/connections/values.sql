{# Values of other systems, as the landing takes them. #}

{# A time of a system that means UTC whether it says so or not; the landing would read a time without a zone by the business's clock. #}
{% macro utc_text(text) -%}
    case when length({{ text }}) > 10 and not {{ has_zone(text) }} then {{ text }} || 'Z' else {{ text }} end
{%- endmacro %}

{# A time of a system that means the business's clock unless it says otherwise, with its zone. #}
{% macro local_text(text, business) -%}
    {%- set clock = try_cast(text, 'timestamp') -%}
    case when length({{ text }}) > 10 and not {{ has_zone(text) }} and {{ clock }} is not null then {{ time_text(from_local(clock, business ~ '.timezone')) }} else {{ text }} end
{%- endmacro %}

{# Whether a text says yes; false where it is missing. #}
{% macro says_yes(text) %}coalesce({{ parse_boolean(text) }}, false){% endmacro %}

{# The number of a row among the copies of its object: 1 for the one that stands, the last by these times. Rows of which `last` is true come after all others. Of
   copies that tie, one of which a flag is false comes before one of which it is true, and then the one whose values sort first. #}
{% macro copy_number(key, values=[], flags=['is_deleted'], latest_by=['synced_at'], last=none) -%}
    {%- set order = [] -%}
    {%- if last %}{% do order.append('case when ' ~ last ~ ' then 1 else 0 end') %}{% endif -%}
    {%- for time in latest_by %}{% do order.append('case when ' ~ time ~ ' is null then 1 else 0 end, ' ~ time ~ ' desc') %}{% endfor -%}
    {%- for flag in flags %}{% do order.append('case when ' ~ flag ~ ' then 1 else 0 end') %}{% endfor -%}
    {%- if values %}{% do order.append(binary_collation('concat_ws(chr(31), ' ~ values | join(', ') ~ ')')) %}{% endif -%}
    row_number() over (partition by business_id, {{ key | join(', ') }} order by {{ order | join(', ') }})
{%- endmacro %}

{# An amount in a currency's smallest unit, as an amount of the currency. #}
{% macro of_smallest_unit(amount, currency) %}{{ amount }} / {{ units_of(currency) }}{% endmacro %}

{# The text of an exported amount, with a point where it has a comma before two decimals: some dashboards write that. #}
{% macro with_decimal_point(text) -%}
    case when {{ regexp_match(text, '^[+-]?([0-9]+|[0-9]{1,3}([.][0-9]{3})+),[0-9]{2}$') }} then replace(replace({{ text }}, '.', ''), ',', '.') else {{ text }} end
{%- endmacro %}

{# The text of an amount of a currency, in its smallest unit; a text that is no amount stays as it is. #}
{% macro in_smallest_unit(text, currency) -%}
    coalesce(cast(cast({{ parse_number(text, 'decimal(18, 4)') }} * {{ units_of(currency) }} as decimal(22, 4)) as {{ dbt.type_string() }}), {{ text }})
{%- endmacro %}

{# How many smallest units a currency has: ten to the power of its exponent in ISO 4217. #}
{% macro units_of(currency) -%}
    case
        when {{ ascii_lower(currency) }} in ('bif', 'clp', 'djf', 'gnf', 'isk', 'jpy', 'kmf', 'krw', 'pyg', 'rwf', 'ugx', 'uyi', 'vnd', 'vuv', 'xaf', 'xof', 'xpf') then 1
        when {{ ascii_lower(currency) }} in ('bhd', 'iqd', 'jod', 'kwd', 'lyd', 'omr', 'tnd') then 1000
        when {{ ascii_lower(currency) }} in ('clf', 'uyw') then 10000
        else 100
    end
{%- endmacro %}

{# Who a guest is: a keyed hash of the address, trimmed and in lower case, else of the digits of the number. The address itself is kept nowhere. What
   `winback pull` writes in the place of an address is such an id already. #}
{% macro guest_id(email, phone=none) -%}
    {%- set address = "nullif(trim(" ~ ascii_lower(email) ~ "), '')" -%}
    case
        when {{ regexp_match(email, '^(email|phone):[0-9a-f]{32}$') }} then {{ email }}
        when {{ address }} is not null then 'email:' || left({{ keyed_hash(address) }}, 32)
        {%- if phone %}
        {%- set digits = "nullif(" ~ digits_of(phone) ~ ", '')" %}
        when {{ digits }} is not null then 'phone:' || left({{ keyed_hash("'+' || " ~ digits) }}, 32)
        {%- endif %}
    end
{%- endmacro %}

{% macro digits_of(text) %}{{ return(adapter.dispatch('digits_of', 'winback')(text)) }}{% endmacro %}
{% macro default__digits_of(text) %}regexp_replace({{ text }}, '[^0-9]', '', 'g'){% endmacro %}
{% macro spark__digits_of(text) %}regexp_replace({{ text }}, '[^0-9]', ''){% endmacro %}

{# HMAC-SHA256 of a text, in hex digits. The vars hold the key combined with the inner and outer padding of RFC 2104, in hex. #}
{% macro keyed_hash(text) %}{{ return(adapter.dispatch('keyed_hash', 'winback')(text, var('identity_key_inner'), var('identity_key_outer'))) }}{% endmacro %}
{% macro duckdb__keyed_hash(text, inner, outer) %}sha256(unhex('{{ outer }}') || unhex(sha256(unhex('{{ inner }}') || encode({{ text }})))){% endmacro %}
{% macro postgres__keyed_hash(text, inner, outer) -%}
    encode(sha256(decode('{{ outer }}', 'hex') || sha256(decode('{{ inner }}', 'hex') || convert_to({{ text }}, 'UTF8'))), 'hex')
{%- endmacro %}
{% macro spark__keyed_hash(text, inner, outer) -%}
    sha2(concat(unhex('{{ outer }}'), unhex(sha2(concat(unhex('{{ inner }}'), encode({{ text }}, 'UTF-8')), 256))), 256)
{%- endmacro %}

{# The whole months, at least one, of a period between two dates. #}
{% macro months_of_days(starts_on, ends_on) %}greatest(1, round({{ days_between(starts_on, ends_on) }} / 30.4375)){% endmacro %}

{# The text of a timestamp in UTC, or of a date, whatever the date style of a server. #}
{% macro time_text(time) %}{{ adapter.dispatch('text_of', 'winback')(time, 'timestamp without time zone') }} || 'Z'{% endmacro %}
{% macro date_text(date) %}{{ adapter.dispatch('text_of', 'winback')(date, 'date') }}{% endmacro %}

{# One row for each part of a text, as an item of a select list. #}
{% macro each_part(text, separator) %}{{ return(adapter.dispatch('each_part', 'winback')(text, separator)) }}{% endmacro %}
{% macro default__each_part(text, separator) %}unnest(string_to_array({{ text }}, '{{ separator }}')){% endmacro %}
{% macro spark__each_part(text, separator) %}explode(split({{ text }}, '{{ separator }}')){% endmacro %}
