{# The counts and rates whose published values are kept as history, by the table that publishes them. #}
{% macro kept_metrics() %}
    {% set stocks = [] %}
    {% for state in lifecycle_states() %}{% do stocks.extend(['opening_' ~ state, 'closing_' ~ state]) %}{% endfor %}
    {{ return({
        'fct_lifecycle': stocks + transition_counts() + [
            'former_returned', 'former_recovered', 'dormant_returned', 'dormant_repurchased', 'prospects_converted',
            'current_retained', 'active_retained', 'returned_at_close', 'new_lost_at_close', 'intra_period_win_backs',
        ],
        'fct_win_back': [
            'win_back_rate', 'exits', 'exits_won_back', 'exit_win_back_rate', 'targeted', 'targeted_won_back', 'targeted_win_back_rate',
        ],
        'fct_reactivation': [
            'dormant_reactivation_rate', 'purchase_reactivation_rate', 'reactivation_rate', 'extended_reactivation_rate',
        ],
        'fct_retention': [
            'opening_current', 'closing_current', 'new_customers', 'retention_rate', 'churn_rate', 'active_retention_rate',
            'crr', 'end_over_start_ratio', 'quick_ratio',
        ],
        'fct_recurring_revenue': ['opening_mrr'] + mrr_flows() + [
            'closing_mrr', 'opening_paying', 'closing_paying', 'gross_retained_mrr', 'net_retained_mrr',
            'gross_revenue_retention', 'net_revenue_retention', 'mrr_per_customer',
        ],
        'fct_loyalty': [
            'answered', 'coverage', 'loyal', 'neutral_retained', 'captive', 'lost_satisfied', 'lost_neutral', 'lost_dissatisfied',
        ],
    }) }}
{% endmacro %}

{# Metrics that continue to grow after their period, with the condition for being final. Values are kept only once they are final; otherwise the
   passing of time would look like a restatement. #}
{% macro final_with() %}
    {% set exits = '(exits = 0 or exit_win_back_rate is not null)' %}
    {% set targets = '(targeted = 0 or targeted_win_back_rate is not null)' %}
    {% set payments = add_days('period_end', payment_window_days()) ~ ' <= ' ~ as_of_date() %}
    {{ return({
        'exits': exits,
        'exits_won_back': exits,
        'exit_win_back_rate': exits,
        'targeted': targets,
        'targeted_won_back': targets,
        'targeted_win_back_rate': targets,
        'won_back_mrr': payments,
        'recovered_mrr': payments,
        'reactivated_mrr': payments,
    }) }}
{% endmacro %}

{# The currently published value of every metric for every complete period, one per row. Days are left out: they would be most of the rows, and weeks
   carry the same information. #}
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

{# Whether the period of a kept value is not over at the as-of date: the value was published under a later as-of date. #}
{% macro is_not_over(kept) -%}
    case {{ kept }}.period_grain
        {%- for grain in period_grains() %}
        when '{{ grain }}' then {{ period_end(grain, kept ~ '.period_start') }}
        {%- endfor %}
    end > {{ as_of_date() }}
{%- endmacro %}

{# Whether a kept value is missing now only because it is currently not final, while its period still exists. #}
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
