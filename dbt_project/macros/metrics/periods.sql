{# The grains of the period facts, with the step from one period to the next. #}
{% macro period_grains() %}
    {{ return({'day': '1 day', 'week': '7 days', 'month': '1 month', 'quarter': '3 months', 'year': '1 year'}) }}
{% endmacro %}

{# The keys that every fact begins with. #}
{% macro period_keys(relation=none) -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {{ prefix }}business_id,
    {{ prefix }}period_grain,
    {{ prefix }}period_start,
    {{ prefix }}period_end,
    {{ prefix }}segment,
    {{ prefix }}segment_value,
    {{ prefix }}is_complete,
    {{ prefix }}is_warm
{%- endmacro %}

{# Two relations that begin with these keys, joined on what identifies a row of theirs. #}
{% macro same_period(one, other) -%}
    {{ one }}.business_id = {{ other }}.business_id
    and {{ one }}.period_grain = {{ other }}.period_grain
    and {{ one }}.period_start = {{ other }}.period_start
    and {{ one }}.segment = {{ other }}.segment
    and {{ one }}.segment_value = {{ other }}.segment_value
{%- endmacro %}

{% macro lifecycle_states() %}
    {{ return(['prospect', 'dormant_prospect', 'active', 'dormant', 'former']) }}
{% endmacro %}

{# Every transition with the states it can come from. #}
{% macro transitions() %}
    {{ return({
        'identified': ['unknown'],
        'cooled': ['prospect'],
        'rewarmed': ['dormant_prospect'],
        'acquired': ['unknown', 'prospect', 'dormant_prospect'],
        'bounced': ['unknown', 'prospect', 'dormant_prospect'],
        'lapsed': ['active'],
        'churned': ['active', 'dormant'],
        'reactivated': ['dormant'],
        'won_back': ['former'],
        'recovered': ['former'],
    }) }}
{% endmacro %}

{# A state before or after a transition; who is not known yet is `unknown`. #}
{% macro state_type() %}{{ return(enum_type(['unknown'] + lifecycle_states())) }}{% endmacro %}

{% macro transition_type() %}{{ return(enum_type(transitions().keys() | list)) }}{% endmacro %}

{# Why someone is gone, as far as it is one of a few; reasons are the business's own. #}
{% macro exit_kind_type() %}{{ return(enum_type(['voluntary', 'involuntary', 'inactivity'])) }}{% endmacro %}

{# The columns that count transitions: each name, and by the state before where it has several. #}
{% macro transition_counts() %}
    {% set columns = [] %}
    {% for name, from_states in transitions().items() %}
        {% do columns.append(name) %}
        {% for state in from_states if from_states | length > 1 %}{% do columns.append(name ~ '_from_' ~ state) %}{% endfor %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{# What transitions add: their counts, the change of each stock, and of the sum of first purchase dates of those current. #}
{% macro flow_measures() %}
    {% set columns = transition_counts() %}
    {% for state in lifecycle_states() %}{% do columns.append('net_' ~ state) %}{% endfor %}
    {{ return(columns + ['net_first_bought_days']) }}
{% endmacro %}

{# Counts of distinct customers who moved within a period. #}
{% macro mover_counts() %}
    {{ return([
        'former_returned', 'former_recovered', 'dormant_returned', 'prospects_converted', 'returned_at_close', 'new_lost_at_close',
        'intra_period_win_backs', 'current_lost_at_close', 'active_lost_at_close',
    ]) }}
{% endmacro %}

{# What needs the money or the purchases of those who moved. #}
{% macro value_measures() %}
    {{ return(['dormant_repurchased', 'won_back_revenue', 'reactivated_revenue', 'revenue_at_risk']) }}
{% endmacro %}

{# The pools that win-back and reactivation are shares of: whose failed payment was made good had never been lost. #}
{% macro lost_former() %}(opening_former - former_recovered){% endmacro %}
{% macro lost() %}(opening_former - former_recovered + opening_dormant){% endmacro %}
{% macro lost_or_never_won() %}(opening_former - former_recovered + opening_dormant + opening_prospect + opening_dormant_prospect){% endmacro %}
