-- A campaign's treatment beside its control, where both were observed among people of the same state.
{{ config(materialized='view') }}
select
    treatment.business_id,
    treatment.campaign_id,
    treatment.strategy,
    treatment.target_state,
    treatment.observed,
    control.observed as control_observed,
    treatment.cost,
    treatment.return_rate - control.return_rate as lift,
    {{ newcombe('treatment.return_rate', 'control.return_rate', 'low') }} as lift_low,
    {{ newcombe('treatment.return_rate', 'control.return_rate', 'high') }} as lift_high,
    treatment.return_rate * (1 - treatment.return_rate) / treatment.observed
    + control.return_rate * (1 - control.return_rate) / control.observed as variance,
    {{ pooled_variance('treatment.returned', 'treatment.observed', 'control.returned', 'control.observed') }} as pooled_variance,
    cast(treatment.observed as {{ type_double() }}) * control.observed / (treatment.observed + control.observed) as weight
from {{ ref('int_arms') }} as treatment
inner join {{ ref('int_arms') }} as control
    on
        treatment.business_id = control.business_id
        and treatment.campaign_id = control.campaign_id
        and treatment.target_state = control.target_state
where treatment.arm = 'treatment' and control.arm = 'control' and treatment.return_rate is not null and control.return_rate is not null
