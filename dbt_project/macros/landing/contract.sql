{% macro landing_tables() %}
    {{ return(['events', 'customers', 'customer_merges', 'campaigns', 'campaign_touches', 'survey_responses']) }}
{% endmacro %}


{# The declared columns of a landing table, in order: models/landing/_landing.yml is the one place they stand. #}
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
            {% for name in scan.columns if name not in contract.columns and name not in attributes %}
                {% if name not in own_columns() %}{% do attributes.append(name) %}
                {% elif not scan.is_loaded_by_us %}{% do exceptions.warn("Column '" ~ name ~ "' of " ~ scan.relation ~ " is not read: Winback has one of that name. Rename it.") %}
                {% endif %}
            {% endfor %}
        {% endfor %}
    {% endif %}
    {{ return(attributes | sort) }}
{% endmacro %}


{# The names that are ours, and no attribute's. Files that have such a column are refused; of a server's table it is left out. #}
{% macro own_columns() %}{{ return(landing_contract('customers').config.meta.get('reserved_columns') if execute else []) }}{% endmacro %}


{# A landing table's declared columns, in order. #}
{% macro landing_columns(table) %}
    {{ return(landing_contract(table).columns.keys() | list if execute else []) }}
{% endmacro %}


{# What an event does to its customer's state. #}
{% macro kind_type() %}{{ return(enum_type(['interest', 'purchase', 'engagement', 'cancellation', 'refund', 'void', 'ignore'])) }}{% endmacro %}
