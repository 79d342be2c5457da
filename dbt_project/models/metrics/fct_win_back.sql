select
    {{ period_keys() }},
    opening_former,
    former_returned,
    {{ share_with_interval('win_back_rate', 'former_returned', 'opening_former') }},
    intra_period_win_backs,
    recovered,
    won_back_revenue
from {{ ref('int_period_facts') }}
