-- Who opened a period former or dormant and returned in it, and since when: their days alone are read for the money.
{{ config(materialized='view') }}
{%- for grain in period_grains() %}
select
    '{{ grain }}' as period_grain,
    {{ period_start(grain, 'transition_date') }} as period_start,
    segment_key,
    customer_key,
    sign,
    from_state as opening_state,
    transition_date as back_from
from {{ ref('int_transition_deltas') }}
where is_alone_in_{{ grain }} and transition in ('reactivated', 'won_back')
union all
{%- endfor %}
select
    period_grain,
    period_start,
    segment_key,
    customer_key,
    sign,
    opening_state,
    case when opening_state = 'former' then first_won_back_on else first_returned_on end
from {{ ref('int_repeat_movers') }}
where (opening_state = 'former' and first_transition = 'won_back') or (opening_state = 'dormant' and first_returned_on is not null)
