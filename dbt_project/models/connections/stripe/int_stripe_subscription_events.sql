with invoiced as (
    select
        business_id,
        subscription_id,
        sum(case when is_deleted then 0 else 1 end) as invoices,
        max(synced_at) as synced_at
    from {{ ref('int_stripe_invoices') }}
    where subscription_id is not null
    group by business_id, subscription_id
),

subscriptions as (
    select
        subscriptions.business_id,
        subscriptions.subscription_id,
        subscriptions.customer_id,
        subscriptions.starts_at,
        subscriptions.trial_starts_at,
        subscriptions.trial_ends_at,
        subscriptions.ends_at,
        subscriptions.reason,
        subscriptions.is_incomplete,
        subscriptions.is_deleted,
        coalesce(invoiced.invoices, 0) > 0 as has_invoices,
        -- Out of a trial are those that run, or that ended after it. One that is paused has not been paid for.
        coalesce(subscriptions.status <> 'trialing', true) and not subscriptions.is_incomplete and (
            subscriptions.trial_ends_at is null
            or coalesce(subscriptions.status in ('active', 'past_due', 'unpaid'), false)
            or coalesce({{ parse_time('subscriptions.ends_at', 'businesses') }} > {{ parse_time('subscriptions.trial_ends_at', 'businesses') }}, false)
        ) as has_run,
        subscriptions.synced_at,
        greatest(subscriptions.synced_at, invoiced.synced_at) as synced_with_invoices_at
    from {{ ref('int_stripe_subscriptions') }} as subscriptions
    left join invoiced
        on subscriptions.business_id = invoiced.business_id and subscriptions.subscription_id = invoiced.subscription_id
    left join {{ ref('stg_businesses') }} as businesses on subscriptions.business_id = businesses.business_id
)

select
    business_id,
    subscription_id || ':trial' as event_id,
    customer_id,
    {{ first_reason([
        ('is_deleted', 'deleted'),
        ('is_incomplete or trial_starts_at is null', 'trial_not_started'),
        ('true', 'trial_started'),
    ]) }} as event_name,
    coalesce(trial_starts_at, starts_at) as occurred_at,
    cast(null as {{ dbt.type_string() }}) as reason,
    subscription_id as contract_id,
    synced_at
from subscriptions
union all
select
    business_id,
    subscription_id || ':started' as event_id,
    customer_id,
    {{ first_reason([
        ('is_deleted', 'deleted'),
        ('has_invoices', 'subscription_start_by_invoice'),
        ('has_run', 'subscription_started'),
        ('true', 'subscription_not_started'),
    ]) }} as event_name,
    coalesce(trial_ends_at, starts_at) as occurred_at,
    cast(null as {{ dbt.type_string() }}) as reason,
    subscription_id as contract_id,
    synced_with_invoices_at as synced_at
from subscriptions
union all
select
    business_id,
    subscription_id || ':ended' as event_id,
    customer_id,
    {{ first_reason([
        ('is_deleted', 'deleted'),
        ('ends_at is null', 'subscription_not_ended'),
        ('true', 'subscription_ended'),
    ]) }} as event_name,
    coalesce(ends_at, starts_at) as occurred_at,
    case when not is_deleted and ends_at is not null then reason end as reason,
    subscription_id as contract_id,
    synced_at
from subscriptions
