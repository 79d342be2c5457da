{# The grains of the period facts, with the interval from one period to the next. #}
{% macro period_grains() %}
    {{ return({'day': '1 day', 'week': '7 days', 'month': '1 month', 'quarter': '3 months', 'year': '1 year'}) }}
{% endmacro %}

{# The key columns that every fact begins with. #}
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

{# The join condition of two relations with these keys, on the columns that identify a row. #}
{% macro same_period(one, other) -%}
    {{ one }}.business_id = {{ other }}.business_id
    and {{ one }}.period_grain = {{ other }}.period_grain
    and {{ one }}.period_start = {{ other }}.period_start
    and {{ one }}.segment = {{ other }}.segment
    and {{ one }}.segment_value = {{ other }}.segment_value
{%- endmacro %}

{# Every period of every grain from `starts_on` to `as_of_date` of a relation with `business_id`, these two dates and `warm_from`. #}
{% macro periods_since(histories) -%}
select
    business_id,
    period_grain,
    period_start,
    period_end,
    least(period_end, as_of_date) as closes_on,
    period_end <= as_of_date as is_complete,
    coalesce(period_start >= warm_from, false) as is_warm
from (
    {%- for grain, step in period_grains().items() %}
    {%- set spans = '(select business_id, as_of_date, warm_from, ' ~ period_start(grain, 'starts_on') ~ ' as starts_on, as_of_date as ends_on from ' ~ histories ~ ') as ' ~ grain ~ 's' %}
    select business_id, as_of_date, warm_from, '{{ grain }}' as period_grain, each_date as period_start, {{ period_end(grain, 'each_date') }} as period_end
    from ({{ dates_between(spans, ['business_id', 'as_of_date', 'warm_from'], step) }}) as {{ grain }}_dates
    {{ 'union all' if not loop.last }}
    {%- endfor %}
) as periods
{%- endmacro %}

{# The first date whose periods are warm: the history is long enough to trust them. #}
{% macro warm_from(business) -%}
    {%- set days = 'greatest(coalesce(' ~ business ~ '.dormant_after_days, 0), coalesce(' ~ business ~ '.former_after_days, 0), ' ~ least_warm_days() ~ ')' -%}
    {{ add_days(business ~ '.history_starts_on', days) }}
{%- endmacro %}

{% macro lifecycle_states() %}
    {{ return(['prospect', 'dormant_prospect', 'active', 'dormant', 'former']) }}
{% endmacro %}

{# Every transition with the states that it can start from. #}
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

{# The state before or after a transition; a customer who is not known yet is `unknown`. #}
{% macro state_type() %}{{ return(enum_type(['unknown'] + lifecycle_states())) }}{% endmacro %}

{% macro transition_type() %}{{ return(enum_type(transitions().keys() | list)) }}{% endmacro %}

{# The kind of an exit, one of a fixed set; each business has its own exit reasons. #}
{% macro exit_kind_type() %}{{ return(enum_type(['voluntary', 'involuntary', 'inactivity'])) }}{% endmacro %}

{# The columns that count transitions: one per transition, and one per previous state if there are several. #}
{% macro transition_counts() %}
    {% set columns = [] %}
    {% for name, from_states in transitions().items() %}
        {% do columns.append(name) %}
        {% for state in from_states if from_states | length > 1 %}{% do columns.append(name ~ '_from_' ~ state) %}{% endfor %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{# Measures to which transitions contribute: transition counts, the net change of each stock, and the net change of the sum of first purchase dates of
   current customers. #}
{% macro flow_measures() %}
    {% set columns = transition_counts() %}
    {% for state in lifecycle_states() %}{% do columns.append('net_' ~ state) %}{% endfor %}
    {{ return(columns + ['net_first_bought_days']) }}
{% endmacro %}

{# Counts of distinct customers with transitions in a period. #}
{% macro mover_counts() %}
    {{ return([
        'former_returned', 'former_recovered', 'dormant_returned', 'prospects_converted', 'returned_at_close', 'new_lost_at_close',
        'intra_period_win_backs', 'current_lost_at_close', 'active_lost_at_close',
    ]) }}
{% endmacro %}

{# Measures that need the revenue or the purchases of customers with transitions. #}
{% macro value_measures() %}
    {{ return(['dormant_repurchased', 'won_back_revenue', 'reactivated_revenue', 'revenue_at_risk']) }}
{% endmacro %}

{# The denominators of win-back and reactivation rates. They exclude recovered customers: a customer whose failed payment was made good was never
   lost. #}
{% macro lost_former() %}(opening_former - former_recovered){% endmacro %}
{% macro lost() %}(opening_former - former_recovered + opening_dormant){% endmacro %}
{% macro lost_or_never_won() %}(opening_former - former_recovered + opening_dormant + opening_prospect + opening_dormant_prospect){% endmacro %}
