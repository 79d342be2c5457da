select
    payments.business_id,
    payments.id,
    payments.id as charge_id,
    payments.units_refunded as amount,
    payments.currency,
    payments.refunded_at as created,
    payments.copy_number
from {{ ref('int_stripe_export_payments') }} as payments
inner join {{ ref('int_stripe_export_charge') }} as charges
    on payments.business_id = charges.business_id and payments.id = charges.id and charges.copy_number = 1
