{# Customer ids and row ids. #}

{# A trimmed customer id. An e-mail address is lowercased; any other id is kept byte for byte. #}
{% macro trim_id(column) -%}
    {%- set text = quoted(column) -%}
    case when {{ text }} like '%@%' then {{ ascii_lower(trim_to_null(column)) }} else {{ trim_to_null(column) }} end
{%- endmacro %}

{# A landed key column, in the form that it has in the validated tables. #}
{% macro trim_key(column) %}{{ trim_id(column) if column.endswith('customer_id') else trim_to_null(column) }}{% endmacro %}

{# Whether an id identifies nobody, such as a shop's placeholder for guests. #}
{% macro is_placeholder(id) -%}
    {%- set ids = [] -%}
    {%- for text in var('placeholder_ids') %}{% do ids.append(text_literal(text | lower)) %}{% endfor -%}
    coalesce({{ ascii_lower(id) }} in ({{ ids | join(', ') or 'null' }}), false)
{%- endmacro %}

{# Whether a spreadsheet converted an id to a number in scientific notation, which may stand for many ids. #}
{% macro is_mangled(id) %}{{ regexp_match(id, '^[0-9]([.][0-9]+)?[eE][+][0-9]+$') }}{% endmacro %}

{# The columns of a landing table that identify a row and its customer. #}
{% macro row_ids() %}
    {{ return({
        'events': {'row': 'event_id', 'customer': 'customer_id'},
        'customers': {'row': 'customer_id', 'customer': 'customer_id'},
        'customer_merges': {'row': 'from_customer_id', 'customer': 'from_customer_id'},
        'campaigns': {'row': 'campaign_id', 'customer': 'null'},
        'campaign_touches': {'row': 'touch_id', 'customer': 'customer_id'},
        'survey_responses': {'row': 'response_id', 'customer': 'customer_id'},
        'contracts': {'row': 'contract_id', 'customer': 'customer_id'},
    }) }}
{% endmacro %}
