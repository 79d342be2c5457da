{# The candidates are the customers whose open interval is in these states, since the same date and for the same reason; and they have returned as
   often as fct_returns shows. #}
{% test candidates_match_open_intervals(model, states) %}
with open_states as (
    select business_id, customer_id, state, valid_from, exit_kind, exit_reason
    from {{ ref('lifecycle_states') }}
    where valid_to is null and state in ('{{ states | join("', '") }}')
),

return_counts as (
    select business_id, customer_id, count(*) as times
    from {{ ref('fct_returns') }}
    where return_type in ('won_back', 'reactivated')
    group by business_id, customer_id
)

select
    coalesce(candidates.business_id, open_states.business_id) as business_id,
    coalesce(candidates.customer_id, open_states.customer_id) as customer_id
from {{ model }} as candidates
full outer join open_states
    on candidates.business_id = open_states.business_id and candidates.customer_id = open_states.customer_id
left join return_counts
    on candidates.business_id = return_counts.business_id and candidates.customer_id = return_counts.customer_id
where (
    candidates.from_state = open_states.state
    and candidates.since = open_states.valid_from
    and candidates.exit_kind is not distinct from open_states.exit_kind
    and candidates.exit_reason is not distinct from open_states.exit_reason
    and candidates.previous_returns = coalesce(return_counts.times, 0)
) is not true
{% endtest %}
