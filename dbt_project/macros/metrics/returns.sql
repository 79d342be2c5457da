{# Whether a date is one of those before another that say what a customer was worth. #}
{% macro in_year_before(date, left_on) -%}
    {{ date }} >= {{ add_days(left_on, -worth_window_days()) }} and {{ date }} < {{ left_on }}
{%- endmacro %}

{# Exits can be judged once the last one is as old as a return may be late to count for it. #}
{% macro exits_are_final(is_complete, last_exited_on) -%}
    {{ is_complete }} and {{ add_days(last_exited_on, exit_window_days()) }} <= {{ as_of_date() }}
{%- endmacro %}

{# The last date whose revenue a return is said to have brought in. #}
{% macro last_revenue_date(returned_on) %}{{ add_days(returned_on, revenue_window_days() - 1) }}{% endmacro %}

{# Whether something happened within so many days of a return; null until they are over. #}
{% macro happened_within(date, days) -%}
    case
        when {{ add_days('returns.returned_on', days) }} <= {{ as_of_date() }}
            then coalesce({{ date }} <= {{ add_days('returns.returned_on', days) }}, false)
    end
{%- endmacro %}

{# Whether an event is an exit: a cancellation that leaves no contract open. `step` is its row of int_contract_steps_this_run, which
   events of customers without contracts do not have. #}
{% macro is_exit(event, step) %}({{ event }}.kind = 'cancellation' and coalesce({{ step }}.is_exit, true)){% endmacro %}
