-- The times in which collection is not paused: up to the first pause, and from the end of each to the next.
with pauses as (
    select business_id, subscription_id, paused_on, resumed_on
    from {{ ref('int_stripe_pauses') }}
    where resumed_on is null or resumed_on > paused_on
),

unpaused as (
    select business_id, subscription_id, cast(null as date) as paused_on, date '1900-01-01' as begins_on, min(paused_on) as finishes_on
    from pauses
    group by business_id, subscription_id
    union all
    select
        business_id, subscription_id, paused_on, resumed_on as begins_on,
        lead(paused_on) over (partition by business_id, subscription_id order by paused_on) as finishes_on
    from pauses
),

pieces as (
    select
        stretches.business_id,
        stretches.item_id,
        stretches.named_on,
        stretches.starts_on as stretch_starts_on,
        unpaused.paused_on,
        case when unpaused.begins_on > stretches.starts_on then unpaused.begins_on else stretches.starts_on end as starts_on,
        case when unpaused.finishes_on < coalesce(stretches.ends_on, date '9999-12-31') then unpaused.finishes_on else stretches.ends_on end as ends_on,
        stretches.currency,
        stretches.monthly_amount
    from {{ ref('int_stripe_stretches') }} as stretches
    left join unpaused
        on stretches.business_id = unpaused.business_id and stretches.subscription_id = unpaused.subscription_id
    where unpaused.subscription_id is null or unpaused.begins_on is not null
)

select
    business_id,
    case
        when starts_on = stretch_starts_on then item_id || ':' || {{ date_text('named_on') }}
        else item_id || ':resumed:' || {{ date_text('paused_on') }}
    end as contract_id,
    starts_on,
    ends_on,
    currency,
    monthly_amount
from pieces
where starts_on < coalesce(ends_on, date '9999-12-31')
