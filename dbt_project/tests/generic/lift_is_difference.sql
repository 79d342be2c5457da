{# The lift is not null exactly if both arms were observed, and is the difference of their rates. #}
{% test lift_is_difference(model) %}
select treatment.*, control.return_rate as control_return_rate
from {{ model }} as treatment
left join {{ model }} as control
    on
        treatment.business_id = control.business_id
        and treatment.campaign_id = control.campaign_id
        and treatment.target_state = control.target_state
        and control.arm = 'control'
where
    treatment.arm = 'treatment'
    and (
        case
            when treatment.return_rate is null or control.return_rate is null then treatment.lift is null
            else
                abs(treatment.lift - (treatment.return_rate - control.return_rate)) <= 1e-12
                and abs(treatment.incremental_returns - treatment.lift * treatment.observed) <= 1e-9 * greatest(1, treatment.observed)
        end
    ) is not true
{% endtest %}
