select
    {{ period_keys() }},
    {%- for state in lifecycle_states() %}
    opening_{{ state }},
    closing_{{ state }},
    {%- endfor %}
    {%- for column in transition_counts() %}
    {{ column }},
    {%- endfor %}
    former_returned,
    former_recovered,
    dormant_returned,
    dormant_repurchased,
    prospects_converted,
    current_retained,
    active_retained,
    returned_at_close,
    new_lost_at_close,
    intra_period_win_backs
from {{ ref('int_period_facts') }}
