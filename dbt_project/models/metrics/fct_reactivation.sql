select
    {{ period_keys() }},
    opening_former,
    former_recovered,
    opening_dormant,
    opening_prospect,
    opening_dormant_prospect,
    former_returned,
    dormant_returned,
    dormant_repurchased,
    prospects_converted,
    {{ share_with_interval('dormant_reactivation_rate', 'dormant_returned', 'opening_dormant') }},
    {{ share_with_interval('purchase_reactivation_rate', '(former_returned + dormant_repurchased)', lost()) }},
    {{ share_with_interval('reactivation_rate', '(former_returned + dormant_returned)', lost()) }},
    {{ share_with_interval('extended_reactivation_rate', '(former_returned + dormant_returned + prospects_converted)', lost_or_never_won()) }},
    reactivated_revenue
from {{ ref('int_period_facts') }}
