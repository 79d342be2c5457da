with rates as (
    select
        *,
        acquired + bounced as new_customers,
        {{ share_with_interval('retention_rate', 'current_retained', 'opening_current') }},
        {{ share_with_interval('active_retention_rate', 'active_retained', 'opening_active') }}
    from {{ ref('int_period_facts') }}
)

-- The exact identity: crr - retention_rate = (returned_at_close - new_lost_at_close) / opening_current.
select
    {{ period_keys() }},
    opening_current,
    closing_current,
    new_customers,
    current_retained,
    opening_active,
    active_retained,
    returned_at_close,
    new_lost_at_close,
    retention_rate,
    retention_rate_low,
    retention_rate_high,
    1 - retention_rate as churn_rate,
    1 - retention_rate_high as churn_rate_low,
    1 - retention_rate_low as churn_rate_high,
    active_retention_rate,
    active_retention_rate_low,
    active_retention_rate_high,
    {{ share('(closing_current - new_customers)', 'opening_current') }} as crr,
    {{ share('returned_at_close', 'opening_current') }} as crr_gain_from_returns,
    {{ share('-new_lost_at_close', 'opening_current') }} as crr_loss_from_new_customers,
    {{ share('closing_current', 'opening_current') }} as end_over_start_ratio,
    {{ share('(acquired + reactivated + won_back + recovered)', '(lapsed + churned_from_active)') }} as quick_ratio,
    mean_tenure_days,
    revenue_at_risk
from rates
