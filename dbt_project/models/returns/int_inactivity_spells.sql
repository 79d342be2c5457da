-- Every time that a customer left, lapsed, or cooled as a prospect, and how it ended. Does not depend on the as-of date.
{{ config(materialized='incremental', incremental_strategy=strategy('replace_affected'), unique_key='customer_key') }}
with transitions as (
    select
        *,
        -- A lapsed customer stays inactive until reactivated or, once former, until they return.
        {%- for name, ends in {
            'former': ['won_back', 'recovered'],
            'dormant': ['reactivated', 'won_back', 'recovered'],
            'dormant_prospect': ['acquired', 'rewarmed', 'bounced'],
        }.items() %}
        min(case when transition in ('{{ ends | join("', '") }}') then transition_date end)
            over (partition by customer_key order by transition_date rows between 1 following and unbounded following) as {{ name }}_ended_on,
        {%- endfor %}
        to_state in ('former', 'dormant', 'dormant_prospect') as is_away
    from {{ ref('int_transitions') }}
    where {{ is_affected('customer_key') }}
),

spells as (
    select
        customer_key,
        transition_date as away_from,
        to_state as from_state,
        exit_kind,
        exit_reason,
        case to_state when 'former' then former_ended_on when 'dormant' then dormant_ended_on else dormant_prospect_ended_on end as ended_on
    from transitions
    where is_away
)

select
    spells.customer_key,
    customers.business_id,
    spells.from_state,
    case when spells.from_state = 'former' then spells.exit_kind end as exit_kind,
    case when spells.from_state = 'former' then spells.exit_reason end as exit_reason,
    spells.away_from,
    spells.ended_on,
    transitions.transition as ended_by,
    -- A failed payment may still be made good; until then the customer cannot be won back.
    case when spells.from_state = 'former' and spells.exit_kind = 'involuntary' then customers.recovery_days + 1 else 0 end as at_risk_from_day
from spells
inner join {{ ref('int_affected_customers') }} as customers on spells.customer_key = customers.customer_key
left join transitions on spells.customer_key = transitions.customer_key and spells.ended_on = transitions.transition_date
