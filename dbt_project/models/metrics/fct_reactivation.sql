with facts as (
    select
        *,
        opening_former + opening_dormant as opening_lost,
        opening_former + opening_dormant + opening_prospect + opening_dormant_prospect as opening_not_active
    from {{ ref('int_period_facts') }}
)

select
    {{ period_keys() }},
    opening_former,
    opening_dormant,
    opening_prospect,
    opening_dormant_prospect,
    former_returned,
    dormant_returned,
    dormant_repurchased,
    prospects_converted,
    {{ share_with_interval('dormant_reactivation_rate', 'dormant_returned', 'opening_dormant') }},
    {{ share_with_interval('purchase_reactivation_rate', '(former_returned + dormant_repurchased)', 'opening_lost') }},
    {{ share_with_interval('reactivation_rate', '(former_returned + dormant_returned)', 'opening_lost') }},
    {{ share_with_interval('extended_reactivation_rate', '(former_returned + dormant_returned + prospects_converted)', 'opening_not_active') }},
    reactivated_revenue
from facts
