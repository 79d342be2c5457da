{# The rows that break another generic test of a table, where its contract includes that test. dbt finds the macros that a test uses by their calls,
   so each has its own. #}
{% macro rows_that_break(test, model, arguments) -%}
    {%- if test == 'dated_by_calendar' %}{{ test_dated_by_calendar(model, **arguments) }}
    {%- elif test == 'opening_equals_previous_closing' %}{{ test_opening_equals_previous_closing(model, **arguments) }}
    {%- elif test == 'segments_add_up' %}{{ test_segments_add_up(model, **arguments) }}
    {%- elif test == 'grains_agree' %}{{ test_grains_agree(model, **arguments) }}
    {%- elif test == 'counts_every_movement' %}{{ test_counts_every_movement(model, **arguments) }}
    {%- elif test == 'movements_are_consecutive' %}{{ test_movements_are_consecutive(model, **arguments) }}
    {%- elif test == 'cohorts_tie_to_lifecycle' %}{{ test_cohorts_tie_to_lifecycle(model, **arguments) }}
    {%- elif test == 'cohorts_accumulate' %}{{ test_cohorts_accumulate(model, **arguments) }}
    {%- elif test == 'cohorts_tie_to_exits' %}{{ test_cohorts_tie_to_exits(model, **arguments) }}
    {%- elif test == 'cohort_curve_is_monotonic' %}{{ test_cohort_curve_is_monotonic(model, **arguments) }}
    {%- else %}{% do exceptions.raise_compiler_error("No contract can include the test '" ~ test ~ "'.") %}
    {%- endif %}
{%- endmacro %}


{# What each row of a table must fulfil, keyed by the fault that is reported if it does not. #}
{% macro row_conditions(table, never_null, accepted, rules) %}
    {% set conditions = {} %}
    {% for column in never_null %}{% do conditions.update({column ~ ' is null': column ~ ' is not null'}) %}{% endfor %}
    {% for column, values in accepted.items() %}
        {% do conditions.update({column ~ ' is not one of its values': column ~ " is null or " ~ column ~ " in ('" ~ values | join("', '") ~ "')"}) %}
    {% endfor %}
    {% do conditions.update(figure_rules(table)) %}
    {% do conditions.update(rules) %}
    {{ return(conditions) }}
{% endmacro %}
