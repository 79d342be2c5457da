{# The landed rows of a table to validate in this run: new rows, earlier rows with the same keys, and rows of businesses whose configuration has
   changed (also the duplicates of touches whose campaign has now arrived). In a rebuild, all rows. #}
{% macro rows_to_validate(table, key) %}
    {%- if execute and is_rebuild() %}
    select all_rows.*, cast({{ refresh_id() }} as bigint) as validated_in
    from {{ ref('landed_' ~ table) }} as all_rows
    {%- else %}
    with new_keys as (
        select distinct {% for column in key %}{{ trim_key(column) }} as {{ column }}{{ ', ' if not loop.last }}{% endfor %}
        from {{ ref('landed_' ~ table) }}
        where landed_in = {{ refresh_id() }}
        union
        {{ keys_delivered_again(table, key) }}
        {%- if table == 'campaign_touches' %}
        union
        select {% for column in key %}validated.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
        from {{ published('base_campaign_touches') }} as validated
        inner join {{ ref('base_campaigns') }} as campaigns
            on validated.business_id = campaigns.business_id and validated.campaign_id = campaigns.campaign_id
        where campaigns.validated_in = {{ refresh_id() }} and validated.rejection_reason = 'unknown_campaign'
        {%- endif %}
    ),

    to_validate as (
        select row_hash
        from {{ ref('landed_' ~ table) }}
        where landed_in = {{ refresh_id() }}
        union
        select validated.row_hash
        from {{ published('base_' ~ table) }} as validated
        inner join new_keys on {% for column in key %}validated.{{ column }} = new_keys.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
        union
        select validated.row_hash
        from {{ published('base_' ~ table) }} as validated
        inner join {{ ref('int_configurations') }} as configurations on validated.business_id = configurations.business_id
        where configurations.is_changed
    )

    select all_rows.*, cast({{ refresh_id() }} as bigint) as validated_in
    from {{ ref('landed_' ~ table) }} as all_rows
    inner join to_validate on all_rows.row_hash = to_validate.row_hash
    {%- endif %}
{%- endmacro %}

{# A rebuild reads all rows directly from the source; an incremental refresh selects its small set of rows once. #}
{% macro read_once() %}{{ not_materialized() if is_rebuild() else materialized() }}{% endmacro %}


{# The keys of rows that were only delivered again and may become current: the row has duplicates, or it was rejected for an invalid `loaded_at`. #}
{% macro keys_delivered_again(table, key) -%}
    select {{ key | join(', ') }}
    from {{ published('base_' ~ table) }}
    where ({{ key | join(', ') }}) in (
        select {% for column in key %}again.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
        from {{ published('base_' ~ table) }} as again
        inner join {{ ref('landed_' ~ table) }} as delivered on again.row_hash = delivered.row_hash
        where delivered.delivered_in = {{ refresh_id() }} and delivered.landed_in < {{ refresh_id() }}
    )
    group by {{ key | join(', ') }}
    having count(*) > 1 or max(rejection_reason) = 'invalid_loaded_at'
{%- endmacro %}


{# The rejection reason of a row: the first that applies, from a list of (condition, reason). #}
{% macro first_reason(reasons) -%}
    case
        {%- for condition, reason in reasons %}
        when {{ condition }} then {{ text_literal(reason) if reason else 'null' }}
        {%- endfor %}
    end
{%- endmacro %}


{# Rejection reasons common to all tables, in the order of the definitions: malformed line, missing ids, ids that are placeholders or mangled, unknown
   business. #}
{% macro identity_reasons(required) %}
    {% set reasons = [('malformed_line is not null', 'malformed_line')] %}
    {% set customer_ids = required | select('in', ['customer_id', 'from_customer_id', 'into_customer_id']) | list %}
    {% for column in required %}{% do reasons.append((column ~ ' is null', 'missing_' ~ column)) %}{% endfor %}
    {% for id in customer_ids %}{% do reasons.append((is_placeholder(id), 'placeholder_customer_id')) %}{% endfor %}
    {% if 'event_id' in required %}{% do reasons.append((is_mangled('event_id'), 'mangled_event_id')) %}{% endif %}
    {% for id in customer_ids %}{% do reasons.append((is_mangled(id), 'mangled_customer_id')) %}{% endfor %}
    {% do reasons.append(('known_business_id is null', 'unknown_business')) %}
    {{ return(reasons) }}
{% endmacro %}


{# The reason for dropping only this value and keeping the row: the value is present but cannot be parsed. #}
{% macro dropped(column) %}case when {{ column }}_text is not null and {{ column }} is null then 'invalid_{{ column }}' end as {{ column }}_dropped{% endmacro %}


{# The row as it landed, in a readable form. #}
{% macro row_text(columns, relation) -%}
    coalesce({{ relation }}.malformed_line, concat_ws(', '{% for column in columns %}, '{{ column }}=' || nullif({{ relation }}.{{ quoted(column) }}, ''){% endfor %}))
{%- endmacro %}
