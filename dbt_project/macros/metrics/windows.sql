{# The lengths, in days, of the windows that metrics use. docs/reference/definitions.md lists these numbers, and names of public columns contain them. #}

{# An exit is won back by a return within this window, and can be evaluated once the window is over. #}
{% macro exit_window_days() %}{{ return(90) }}{% endmacro %}

{# The revenue of a return is the revenue in this window, which starts on the return date. #}
{% macro revenue_window_days() %}{{ return(90) }}{% endmacro %}

{# Whether a return lasted: a repurchase within the first windows, or another exit within the second. #}
{% macro repurchase_windows_days() %}{{ return([90, 180]) }}{% endmacro %}
{% macro relapse_windows_days() %}{{ return([180, 365]) }}{% endmacro %}

{# The days after a return on which more is known about it than on the day before. #}
{% macro return_windows_days() %}{{ return(([revenue_window_days() - 1] + repurchase_windows_days() + relapse_windows_days()) | unique | list) }}{% endmacro %}

{# A candidate's return probability is that of a return within this window. #}
{% macro chance_window_days() %}{{ return(90) }}{% endmacro %}

{# A customer's value before they left is the revenue in this window. #}
{% macro worth_window_days() %}{{ return(365) }}{% endmacro %}

{# A survey answer is valid for this long. #}
{% macro answer_window_days() %}{{ return(365) }}{% endmacro %}

{# To classify a customer as lost was a false alarm if they buy within this window. #}
{% macro false_alarm_window_days() %}{{ return(365) }}{% endmacro %}

{# A period is warm only after at least this much history, whatever the thresholds of its business. #}
{% macro least_warm_days() %}{{ return(365) }}{% endmacro %}

{# A return up to so many days after a customer pays again still says why they do. #}
{% macro payment_window_days() %}{{ return(7) }}{% endmacro %}
