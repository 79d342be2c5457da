{# Transitions that only the passing of time causes occur after the number of days in the business's policy, and never if the policy gives no number. #}
{% test durations_respect_thresholds(model, of=none) %}
select
    transitions.*,
    policies.dormant_after_days,
    policies.former_after_days,
    policies.prospect_dormant_after_days,
    policies.recovery_days
from {{ rows_to_test(model, of) }} as transitions
left join {{ ref('dim_business') }} as policies on transitions.business_id = policies.business_id
where (
    case
        when transition = 'cooled' then days_in_from_state >= prospect_dormant_after_days
        when transition = 'lapsed' then days_in_from_state >= dormant_after_days
        when transition = 'churned' and exit_kind = 'inactivity' and from_state = 'dormant'
            then days_in_from_state = former_after_days - dormant_after_days
        when transition = 'churned' and exit_kind = 'inactivity'
            then dormant_after_days is null and days_in_from_state >= former_after_days
        when transition = 'reactivated'
            then dormant_after_days is not null and coalesce(days_in_from_state <= former_after_days - dormant_after_days, true)
        when transition = 'recovered' then exit_kind = 'involuntary' and days_in_from_state <= recovery_days
        when transition = 'won_back' then exit_kind <> 'involuntary' or days_in_from_state > recovery_days
        else policies.business_id is not null
    end
) is not true
{% endtest %}
