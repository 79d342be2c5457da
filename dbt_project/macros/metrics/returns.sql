{# Whether a date lies in the window before another date over which a customer's value is measured. #}
{% macro in_year_before(date, left_on) -%}
    {{ date }} >= {{ add_days(left_on, -worth_window_days()) }} and {{ date }} < {{ left_on }}
{%- endmacro %}

{# Exits are final once the exit window of the last one is over, within which a return counts for it. #}
{% macro exits_are_final(is_complete, last_exited_on) -%}
    {{ is_complete }} and {{ add_days(last_exited_on, exit_window_days()) }} <= {{ as_of_date() }}
{%- endmacro %}

{# The last date whose revenue is attributed to a return. #}
{% macro last_revenue_date(returned_on) %}{{ add_days(returned_on, revenue_window_days() - 1) }}{% endmacro %}

{# Whether something happened within a number of days after a return; null until these days are over. #}
{% macro happened_within(date, days) -%}
    case
        when {{ add_days('returns.returned_on', days) }} <= {{ as_of_date() }}
            then coalesce({{ date }} <= {{ add_days('returns.returned_on', days) }}, false)
    end
{%- endmacro %}

{# Whether an event is an exit: a cancellation that leaves no contract open. `step` is the event's row in int_contract_steps_this_run, which has no
   rows for customers without contracts. #}
{% macro is_exit(event, step) %}({{ event }}.kind = 'cancellation' and coalesce({{ step }}.is_exit, true)){% endmacro %}
