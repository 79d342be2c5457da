{# Installed as a package in a project of others, Winback reads relations of that project instead of the folder of files and of its own seeds. The var
   `relations` names one for each table. #}

{# Whether this is a package of another project. #}
{% macro is_package() %}{{ return(project_name != 'winback') }}{% endmacro %}


{# The relation that the var names for a table, or none: a plain name is a model, seed or snapshot, which dbt then builds before; a name with dots is a
   relation of the warehouse. dbt writes the parts of a name between quotes as they are, so only what cannot end a quote is accepted. #}
{% macro given_relation(table) %}
    {% set given = var('relations') if is_package() else {} %}
    {% set known = landing_tables() + configuration_columns().keys() | list %}
    {% if given is not mapping or given.keys() | reject('in', known) | list %}
        {% do exceptions.raise_compiler_error("The var 'relations' of winback is " ~ given ~ ". Name by table what is to be read for it; the tables are " ~ known | join(', ') ~ ".") %}
    {% endif %}
    {% if not given.get(table) %}{{ return(none) }}{% endif %}
    {% set parts = (given[table] | string).split('.') %}
    {% if not modules.re.fullmatch('[\\w$-]+([.][\\w$-]+){0,2}', given[table] | string) %}
        {% do exceptions.raise_compiler_error(
            "The var 'relations' of winback gives '" ~ given[table] ~ "' for " ~ table ~ ". Give the name of a model or seed, or schema.table, or database.schema.table."
        ) %}
    {% endif %}
    {{ return(builtins.ref(project_name, parts[0]) if parts | length == 1 else api.Relation.create(
        database=parts[-3] if parts | length == 3 else target.database, schema=parts[-2], identifier=parts[-1]
    )) }}
{% endmacro %}


{# What is to be read for a landing table; none of an optional one that the var does not name. #}
{% macro landing_relation(table) %}
    {% set relation = given_relation(table) if is_package() else source('landing', table) %}
    {% if not relation and table == 'events' %}
        {% do exceptions.raise_compiler_error("The var 'relations' of winback does not say where the events are. Name your model of them, such as {events: lifecycle_events}.") %}
    {% endif %}
    {{ return(relation) }}
{% endmacro %}

{# A given relation as it is read: like a table on a server, on any engine. #}
{% macro scans_of_given(relation, table) %}
    {% set columns = columns_of_given(relation, table) if relation else [] %}
    {{ return(winback.default__given_scans(table, [{'columns': columns}] if columns else [], relation)) }}
{% endmacro %}

{# The columns of a given relation with their types, by their names in the contract. #}
{% macro columns_of_given(relation, table) %}
    {% set columns = [] %}
    {% for column in adapter.get_columns_in_relation(relation) %}
        {% do columns.append({'name': column.name | lower if target.type == 'duckdb' else column.name, 'type': column.dtype}) %}
    {% endfor %}
    {% if not columns and flags.WHICH in ['build', 'run'] %}
        {% do exceptions.raise_compiler_error(relation ~ ", which winback reads for " ~ table ~ ", is not there, or may not be read.") %}
    {% endif %}
    {{ return(columns) }}
{% endmacro %}


{# The rows of a configuration table, to select from: a seed of ours, whose columns are text, or as a package the given relation, read as text. Without
   one, a seed or model of the user's project that has the table's name. #}
{% macro configured(table) -%}
    {%- set relation = given_relation(table) or builtins.ref(project_name, table) -%}
    {%- set types = {} -%}
    {%- for column in (columns_of_given(relation, table) if execute and is_package() else []) %}{% do types.update({column.name: column.type}) %}{% endfor -%}
    {%- for column in configuration_columns()[table] if types and column not in types.keys() | list + optional_columns(table) -%}
        {% do exceptions.raise_compiler_error(relation ~ ", which is read for " ~ table ~ ", lacks the column '" ~ column ~ "' (it has: " ~ types.keys() | join(', ') ~ ").") %}
    {%- endfor -%}
    {%- if types -%}
    (
        select
            {%- for column in configuration_columns()[table] %}
            nullif({{ landed_text(column, types.get(column), keeps_nulls=true) }}, '') as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }}
    ) as configured
    {%- else -%}
    {{ named_in_any_file(relation) }}
    {%- endif -%}
{%- endmacro %}

{% macro configuration_columns() %}
    {{ return({
        'businesses': [
            'business_id', 'name', 'kind', 'timezone', 'currency', 'dormant_after_days', 'former_after_days', 'prospect_dormant_after_days',
            'attribution_days', 'recovery_days', 'naive_times',
        ],
        'event_kinds': ['business_id', 'event_name', 'kind', 'kind_if_zero'],
        'exit_reasons': ['reason', 'exit_kind', 'category'],
    }) }}
{% endmacro %}

{# The columns that a user may omit. #}
{% macro optional_columns(table) %}{{ return({'businesses': ['naive_times'], 'event_kinds': ['kind_if_zero']}.get(table, [])) }}{% endmacro %}
