{# The counts and rates whose past values are kept, by the table that publishes them. #}
{% macro kept_metrics() %}
    {% set stocks = [] %}
    {% for state in lifecycle_states() %}{% do stocks.extend(['opening_' ~ state, 'closing_' ~ state]) %}{% endfor %}
    {{ return({
        'fct_lifecycle': stocks + transition_counts() + [
            'former_returned', 'former_recovered', 'dormant_returned', 'dormant_repurchased', 'prospects_converted',
            'current_retained', 'active_retained', 'returned_at_close', 'new_lost_at_close', 'intra_period_win_backs',
        ],
        'fct_win_back': ['win_back_rate'] + final_with().keys() | list,
        'fct_reactivation': [
            'dormant_reactivation_rate', 'purchase_reactivation_rate', 'reactivation_rate', 'extended_reactivation_rate',
        ],
        'fct_retention': [
            'opening_current', 'closing_current', 'new_customers', 'retention_rate', 'churn_rate', 'active_retention_rate',
            'crr', 'end_over_start_ratio', 'quick_ratio',
        ],
        'fct_loyalty': [
            'answered', 'coverage', 'loyal', 'neutral_retained', 'captive', 'lost_satisfied', 'lost_neutral', 'lost_dissatisfied',
        ],
    }) }}
{% endmacro %}

{# Metrics that grow for a while after their period, with what says that they are final: kept from then on, or time passing
   would look like a figure restated. #}
{% macro final_with() %}
    {% set exits = '(exits = 0 or exit_win_back_rate is not null)' %}
    {% set targets = '(targeted = 0 or targeted_win_back_rate is not null)' %}
    {{ return({
        'exits': exits,
        'exits_won_back': exits,
        'exit_win_back_rate': exits,
        'targeted': targets,
        'targeted_won_back': targets,
        'targeted_win_back_rate': targets,
    }) }}
{% endmacro %}

{# Every count and rate of every period that is over, one a row, as published now. Days are left out: they would be most of it, and weeks
   say as much. #}
{% macro complete_metrics() -%}
    with
    {%- for table in kept_metrics() %}
    {{ table }} as (
        select *
        from {{ ref(table) }}
        where segment = 'all' and is_complete and period_grain <> 'day'
    ){{ ',' if not loop.last }}
    {%- endfor %}

    {%- for table, metrics in kept_metrics().items() %}
    {{ 'union all' if not loop.first }}
    {%- for metric in metrics %}
    {{ 'union all' if not loop.first }}
    select business_id, period_grain, period_start, '{{ metric }}' as metric, cast({{ metric }} as {{ type_double() }}) as value
    from {{ table }}
    {{ 'where ' ~ final_with()[metric] if metric in final_with() }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{# Whether the period of a figure kept before is not over at the date counted to: it was published while a later date was. #}
{% macro is_not_over(kept) -%}
    case {{ kept }}.period_grain
        {%- for grain in period_grains() %}
        when '{{ grain }}' then {{ period_end(grain, kept ~ '.period_start') }}
        {%- endfor %}
    end > {{ as_of_date() }}
{%- endmacro %}

{# Whether a figure kept before is missing now only because, of a period that is still there, it is not final at the moment. #}
{% macro is_ripening(kept, found) -%}
    {{ kept }}.metric in ('{{ final_with().keys() | join("', '") }}')
    and exists (
        select 1
        from {{ found }} as others
        where
            others.business_id = {{ kept }}.business_id
            and others.period_grain = {{ kept }}.period_grain
            and others.period_start = {{ kept }}.period_start
    )
{%- endmacro %}
