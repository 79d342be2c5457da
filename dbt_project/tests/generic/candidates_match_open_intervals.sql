{# The candidates are the customers whose open interval is in these states, since the same date and for the same reason; and they
   have come back as often as fct_returns says. #}
{% test candidates_match_open_intervals(model, states) %}
with standing as (
    select business_id, customer_id, state, valid_from, exit_kind, exit_reason
    from {{ ref('lifecycle_states') }}
    where valid_to is null and state in ('{{ states | join("', '") }}')
),

came_back as (
    select business_id, customer_id, count(*) as times
    from {{ ref('fct_returns') }}
    where return_type in ('won_back', 'reactivated')
    group by business_id, customer_id
)

select
    coalesce(candidates.business_id, standing.business_id) as business_id,
    coalesce(candidates.customer_id, standing.customer_id) as customer_id
from {{ model }} as candidates
full outer join standing
    on candidates.business_id = standing.business_id and candidates.customer_id = standing.customer_id
left join came_back
    on candidates.business_id = came_back.business_id and candidates.customer_id = came_back.customer_id
where (
    candidates.from_state = standing.state
    and candidates.since = standing.valid_from
    and candidates.exit_kind is not distinct from standing.exit_kind
    and candidates.exit_reason is not distinct from standing.exit_reason
    and candidates.previous_returns = coalesce(came_back.times, 0)
) is not true
{% endtest %}
