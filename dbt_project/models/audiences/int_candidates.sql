-- Everyone away, as people to write to: may they be contacted, how likely they are to come back, and what that would bring.
{{ config(materialized='view') }}
{%- set cool_down_days = var('cool_down_days') | int -%}
select
    away.business_id,
    away.customer_id,
    away.from_state,
    away.since,
    away.exit_kind,
    away.exit_reason,
    away.last_purchase_on,
    away.lifetime_revenue,
    away.revenue_365_days_before,
    away.previous_returns,
    touches.last_touched_at,
    consents.customer_key is not null as contactable,
    case
        when consents.customer_key is null then 'no_consent'
        when touches.last_touched_on > {{ add_days(as_of_date(), -cool_down_days) }} then 'cool_down'
    end as suppressed_because,
    chances.return_probability,
    chances.return_probability * chances.mean_revenue as expected_value,
    strategies.strategy as suggested_strategy
from {{ ref('int_away') }} as away
left join {{ ref('int_consents') }} as consents on away.customer_key = consents.customer_key
left join {{ ref('int_last_touches') }} as touches on away.customer_key = touches.customer_key
left join {{ ref('int_return_chances') }} as chances
    on
        away.business_id = chances.business_id
        and away.from_state = chances.from_state
        and away.exit_kind is not distinct from chances.exit_kind
        and away.days_away = chances.days_away
left join {{ ref('int_suggested_strategies') }} as strategies
    on away.business_id = strategies.business_id and away.from_state = strategies.target_state
