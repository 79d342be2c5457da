{# Who a row is about. #}

{# A cleaned customer id: one that is an e-mail address in lower case, all others byte by byte. #}
{% macro trim_id(column) -%}
    {%- set text = quoted(column) -%}
    case when {{ text }} like '%@%' then {{ ascii_lower(trim_to_null(column)) }} else {{ trim_to_null(column) }} end
{%- endmacro %}

{# A landed column that is part of a key, as the validated tables have it. #}
{% macro trim_key(column) %}{{ trim_id(column) if column.endswith('customer_id') else trim_to_null(column) }}{% endmacro %}

{# Whether an id names nobody, as a shop's placeholder for its guests does. #}
{% macro is_placeholder(id) -%}
    {%- set ids = [] -%}
    {%- for text in var('placeholder_ids') %}{% do ids.append(text_literal(text | lower)) %}{% endfor -%}
    coalesce({{ ascii_lower(id) }} in ({{ ids | join(', ') or 'null' }}), false)
{%- endmacro %}

{# Whether a spreadsheet made a number of an id, and wrote that in short: it may stand for many ids. #}
{% macro is_mangled(id) %}{{ regexp_match(id, '^[0-9]([.][0-9]+)?[eE][+][0-9]+$') }}{% endmacro %}

{# Which columns of a landing table say what a row is, and who its customer. #}
{% macro row_ids() %}
    {{ return({
        'events': {'row': 'event_id', 'customer': 'customer_id'},
        'customers': {'row': 'customer_id', 'customer': 'customer_id'},
        'customer_merges': {'row': 'from_customer_id', 'customer': 'from_customer_id'},
        'campaigns': {'row': 'campaign_id', 'customer': 'null'},
        'campaign_touches': {'row': 'touch_id', 'customer': 'customer_id'},
        'survey_responses': {'row': 'response_id', 'customer': 'customer_id'},
    }) }}
{% endmacro %}
