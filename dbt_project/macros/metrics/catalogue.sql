{# The metric catalogue, built from the `meta` of each column that defines a metric, in the YAML files of the public tables. #}

{# All metrics, in the order of `place`. #}
{% macro figures() %}
    {% set found = [] %}
    {% for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' and node.package_name == 'winback' %}
        {% for column in node.columns.values() if 'place' in column.config.meta %}
            {% do found.append(figure_of(column, node.name)) %}
        {% endfor %}
    {% endfor %}
    {{ return(found | sort(attribute='place')) }}
{% endmacro %}

{# Look up a metric in the catalogue by name. #}
{% macro figure(name) %}
    {{ return((figures() | selectattr('metric', 'equalto', name) | list)[0]) }}
{% endmacro %}

{# One metric. If its formula is a division, it is null if the denominator is 0; any other metric is never null, unless it declares a null rule. #}
{% macro figure_of(column, table) %}
    {% set said = column.config.meta %}
    {% set parts = [] %}
    {% for part in [said.numerator, said.denominator] if said.numerator %}{% do parts.append('(' ~ part ~ ')' if ' ' in part else part) %}{% endfor %}
    {{ return({
        'metric': column.name,
        'table_name': table,
        'place': said.place,
        'unit': said.unit,
        'formula': said.formula or (parts | join(' / ')) or none,
        'numerator': said.numerator,
        'denominator': said.denominator,
        'null_rule': said.null_rule or ('null where ' ~ said.denominator ~ ' = 0' if parts else 'never null'),
    }) }}
{% endmacro %}

{# The SQL that computes a metric from its components; null if the denominator is 0. #}
{% macro worked_out(figure) -%}
    {%- if figure.numerator %}{{ share('(' ~ figure.numerator ~ ')', '(' ~ figure.denominator ~ ')') }}{% else %}{{ figure.formula }}{% endif -%}
{%- endmacro %}


{# The catalogue's rules for a table's own metrics, and for its columns that have the name of another table's metric: conditions, keyed by the fault
   that is reported if one does not hold. Tests between tables check formulas over columns that the table does not have. #}
{% macro figure_rules(table) %}
    {% set columns = graph.nodes.get('model.winback.' ~ table, {}).get('columns', {}) if execute else {} %}
    {% set rules, known = {}, {} %}
    {% for figure in figures() if columns %}{% do known.update({figure.metric: figure}) %}{% endfor %}
    {% for name, column in columns.items() if column.config.meta.unit or name in known %}
        {% set figure = figure_of(column, table) if column.config.meta.unit else known[name] %}
        {% set is_null_in_place = null_condition(figure.null_rule, name, columns) %}
        {% set has_formula = figure.formula and reads_only(figure.formula, columns) %}
        {% set range = {'share': 'between 0 and 1', 'probability': 'between 0 and 1', 'customers': '>= 0', 'transitions': '>= 0', 'days': '>= 0'}.get(figure.unit) %}
        {% if has_formula %}
            {% set is_it = 'abs(' ~ name ~ ' - (' ~ worked_out(figure) ~ ')) <= 1e-12 * greatest(1, abs(' ~ name ~ '))' %}
            {% do rules.update({name ~ ' is not its formula': is_null_in_place ~ ' and (' ~ name ~ ' is null or ' ~ is_it ~ ')'}) %}
            {% if name ~ '_low' in columns %}{% do rules.update(interval_rules(name, figure.denominator)) %}{% endif %}
        {% elif figure.null_rule == 'never null' and range == '>= 0' %}
            {% do rules.update({name ~ ' is null or negative': name ~ ' >= 0'}) %}
        {% elif range %}
            {% do rules.update({name ~ ' is out of range, or null out of place': is_null_in_place ~ ' and (' ~ name ~ ' is null or ' ~ name ~ ' ' ~ range ~ ')'}) %}
        {% elif is_null_in_place != '1 = 1' %}
            {% do rules.update({name ~ (' is null' if figure.null_rule == 'never null' else ' is null out of place'): is_null_in_place}) %}
        {% endif %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}

{# A 95 % interval contains its share and lies within 0 and 1, and its bounds b are Wilson's: n (share - b)^2 = z^2 b (1 - b). #}
{% macro interval_rules(share, n) %}
    {% set rules = {} %}
    {% for side, order in {'low': '0 <= {end} and {end} <= {share}', 'high': '{share} <= {end} and {end} <= 1'}.items() %}
        {% set end = share ~ '_' ~ side %}
        {% set is_wilson = 'abs((' ~ n ~ ') * (' ~ share ~ ' - ' ~ end ~ ') * (' ~ share ~ ' - ' ~ end ~ ') - 3.841458820694124 * ' ~ end ~ ' * (1 - ' ~ end ~ ')) <= 1e-9' %}
        {% do rules.update({end ~ ' is not the end of its interval':
            'case when ' ~ share ~ ' is null then ' ~ end ~ ' is null else ' ~ order.format(end=end, share=share) ~ ' and ' ~ is_wilson ~ ' end'}) %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}

{# The condition that a null rule sets for a row, as far as the table's columns can express it. #}
{% macro null_condition(rule, name, columns) %}
    {% set where = rule[11:].split(', and until ') if rule.startswith('null where ') else [] %}
    {% if rule == 'never null' %}{{ return(name ~ ' is not null') }}{% endif %}
    {% if not where or not reads_only(where[0], columns) %}{{ return('1 = 1') }}{% endif %}
    {{ return('((' ~ where[0] ~ ') is not true or ' ~ name ~ ' is null)' if where | length > 1 else '(' ~ name ~ ' is null) = coalesce(' ~ where[0] ~ ', false)') }}
{% endmacro %}

{# Whether all names in an expression are columns of the table. #}
{% macro reads_only(expression, columns) %}
    {% set words = modules.re.findall('[a-z_]+[a-z_0-9]*', modules.re.sub("'[^']*'", '', expression)) %}
    {{ return(words | reject('in', ['is', 'null', 'or', 'and', 'coalesce']) | reject('in', columns.keys() | list) | list | length == 0) }}
{% endmacro %}
