{% macro landing_tables() %}
    {{ return(['events', 'customers', 'customer_merges', 'campaigns', 'campaign_touches', 'survey_responses', 'contracts']) }}
{% endmacro %}


{# The declared columns of a landing table, in order. models/landing/_landing.yml is the only place that declares them. #}
{% macro landing_contract(table) %}
    {% set found = [] %}
    {% for source in graph.sources.values() if source.source_name == 'landing' and source.name == table %}
        {% do found.append(source) %}
    {% endfor %}
    {{ return(found[0]) }}
{% endmacro %}


{# Raise one clear error if a landing table lacks a required column. #}
{% macro require_columns(table, columns, relation) %}
    {% for column in landing_contract(table).columns.values() if column.config.meta.get('required') and column.name not in columns %}
        {% do exceptions.raise_compiler_error(
            "Landing table '" ~ table ~ "' lacks the required column '" ~ column.name ~ "' in " ~ relation
            ~ " (it has: " ~ columns.keys() | join(', ') ~ "). Add or rename a column, and run again."
        ) %}
    {% endfor %}
{% endmacro %}


{# The undeclared columns in the landing, for tables that keep them. #}
{% macro landing_attributes(contract, scans) %}
    {% set attributes = [] %}
    {% if contract.config.meta.get('keeps_other_columns') %}
        {% for scan in scans %}
            {% for name in scan.columns if name not in contract.columns and name not in attributes %}
                {% if name not in own_columns() %}{% do attributes.append(name) %}
                {% elif not scan.is_loaded_by_us %}{% do exceptions.warn("Column '" ~ name ~ "' of " ~ scan.relation ~ " is not read: Winback uses that name itself. Rename it.") %}
                {% endif %}
            {% endfor %}
        {% endfor %}
    {% endif %}
    {{ return(attributes | sort) }}
{% endmacro %}


{# Reserved column names, which no attribute can have. A file with such a column is refused; in a server's table the column is ignored. #}
{% macro own_columns() %}{{ return(landing_contract('customers').config.meta.get('reserved_columns') if execute else []) }}{% endmacro %}


{# The declared columns of a landing table, in order. #}
{% macro landing_columns(table) %}
    {{ return(landing_contract(table).columns.keys() | list if execute else []) }}
{% endmacro %}


{# Event kinds: what an event does to its customer's state. #}
{% macro kind_type() %}{{ return(enum_type(['interest', 'purchase', 'engagement', 'cancellation', 'refund', 'void', 'ignore'])) }}{% endmacro %}
