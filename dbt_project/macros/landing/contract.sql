{% macro landing_tables() %}
    {{ return(['events', 'customers', 'customer_merges', 'campaigns', 'campaign_touches', 'survey_responses']) }}
{% endmacro %}


{# The declared columns of a landing table, in order: models/staging/_landing.yml is the one place they stand. #}
{% macro landing_contract(table) %}
    {% set found = [] %}
    {% for source in graph.sources.values() if source.source_name == 'landing' and source.name == table %}
        {% do found.append(source) %}
    {% endfor %}
    {{ return(found[0]) }}
{% endmacro %}


{# Raise one clear message where a table of the landing lacks a required column. #}
{% macro require_columns(table, columns, relation) %}
    {% for column in landing_contract(table).columns.values() if column.config.meta.get('required') and column.name not in columns %}
        {% do exceptions.raise_compiler_error(
            "Landing table '" ~ table ~ "' lacks the required column '" ~ column.name ~ "' in " ~ relation
            ~ " (it has: " ~ columns.keys() | join(', ') ~ "). Add the column, or name it so, and run again."
        ) %}
    {% endfor %}
{% endmacro %}


{# The landing's columns beside the declared ones, for tables that keep them. #}
{% macro landing_attributes(contract, scans) %}
    {% set attributes = [] %}
    {% if contract.config.meta.get('keeps_other_columns') %}
        {% for scan in scans %}
            {% for name in scan.columns if name not in contract.columns and name not in attributes and name not in own_columns() %}
                {% do attributes.append(name) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
    {{ return(attributes | sort) }}
{% endmacro %}


{# The columns that a landed table has of ours. #}
{% macro own_columns() %}{{ return(['row_hash', 'malformed_line', 'landed_in', 'delivered_in', 'judged_in']) }}{% endmacro %}


{# A landing table's declared columns, in order. #}
{% macro landing_columns(table) %}
    {{ return(landing_contract(table).columns.keys() | list if execute else []) }}
{% endmacro %}


{# What an event does to its customer's state. #}
{% macro kind_type() %}{{ return(label_type(['interest', 'purchase', 'engagement', 'cancellation', 'refund', 'void', 'ignore'])) }}{% endmacro %}
