{# Whether something happened within so many days of a return; null until they are over. #}
{% macro happened_within(date, days) -%}
    case
        when {{ add_days('returns.returned_on', days) }} <= as_of.as_of_date
            then coalesce({{ date }} <= {{ add_days('returns.returned_on', days) }}, false)
    end
{%- endmacro %}
