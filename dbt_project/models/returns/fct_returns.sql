{{ config(materialized='incremental', incremental_strategy=strategy('replace_changed'), unique_key=['business_id', 'customer_id']) }}
select
    customers.business_id,
    {{ dbt.concat(['customers.customer_id', "':'", 'cast(returns.returned_on as ' ~ dbt.type_string() ~ ')']) }} as return_id,
    customers.customer_id,
    returns.returned_on,
    cast(returns.return_type as {{ dbt.type_string() }}) as return_type,
    cast(returns.from_state as {{ dbt.type_string() }}) as from_state,
    returns.days_away,
    case
        when returns.days_away <= 30 then '1-30'
        when returns.days_away <= 60 then '31-60'
        when returns.days_away <= 90 then '61-90'
        when returns.days_away <= 180 then '91-180'
        when returns.days_away <= 365 then '181-365'
        else '366+'
    end as days_away_bucket,
    returns.days_since_last_purchase,
    cast(returns.exit_kind as {{ dbt.type_string() }}) as exit_kind,
    returns.exit_reason,
    returns.previous_returns,
    cast(
        case when {{ last_revenue_date('returns.returned_on') }} <= {{ as_of_date() }} then returns.revenue_90_days_after end as decimal(18, 4)
    ) as revenue_90_days_after,
    returns.revenue_365_days_before,
    returns.campaign_id
    {%- for days in repurchase_windows_days() %},
    {{ happened_within('returns.next_purchased_on', days) }} as purchased_again_{{ days }}_days
    {%- endfor %}
    {%- for days in relapse_windows_days() %},
    {{ happened_within('returns.next_churned_on', days) }} as left_again_{{ days }}_days
    {%- endfor %}
from {{ ref('int_returns') }} as returns
inner join {{ ref('int_customers') }} as customers on returns.customer_key = customers.customer_key
where
    returns.returned_on <= {{ as_of_date() }}
    and {{ is_changed('returns.customer_key') }}
