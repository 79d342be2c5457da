{# How long, in days, what a figure counts may take. docs/definitions.md has these numbers, and names of public columns say them. #}

{# An exit is won back by a return within these, and can be judged once they are over. #}
{% macro exit_window_days() %}{{ return(90) }}{% endmacro %}

{# What a return brings in: the revenue of these, its own date the first. #}
{% macro revenue_window_days() %}{{ return(90) }}{% endmacro %}

{# Whether a return held: bought again within these, left again within those. #}
{% macro repurchase_windows_days() %}{{ return([90, 180]) }}{% endmacro %}
{% macro relapse_windows_days() %}{{ return([180, 365]) }}{% endmacro %}

{# The days after a return on which more is known of it than on the day before. #}
{% macro return_windows_days() %}{{ return(([revenue_window_days() - 1] + repurchase_windows_days() + relapse_windows_days()) | unique | list) }}{% endmacro %}

{# A candidate's chance is that of a return within these. #}
{% macro chance_window_days() %}{{ return(90) }}{% endmacro %}

{# What a customer was worth before they went: the revenue of these. #}
{% macro worth_window_days() %}{{ return(365) }}{% endmacro %}

{# An answer to a survey is in force for these. #}
{% macro answer_window_days() %}{{ return(365) }}{% endmacro %}

{# To call someone lost who buys within these was a false alarm. #}
{% macro false_alarm_window_days() %}{{ return(365) }}{% endmacro %}

{# A period is warm once the history before it is as long as the longest threshold of its business, and a year at least. #}
{% macro warm_after_days() %}greatest(coalesce(dormant_after_days, 0), coalesce(former_after_days, 0), 365){% endmacro %}
