with subscriptions as (
    select
        subscriptions.business_id,
        subscriptions.subscription_id,
        not subscriptions.is_deleted and not subscriptions.is_incomplete as has_run,
        -- A pause that began on an unknown date: nothing was billed since the last line.
        subscriptions.pause_behavior is not null and pauses.subscription_id is null as is_paused,
        coalesce(subscriptions.status = 'paused', false) as is_unpaid_after_trial,
        {{ parse_date('coalesce(subscriptions.trial_ends_at, subscriptions.starts_at)', 'businesses') }} as starts_on,
        {{ parse_date('subscriptions.starts_at', 'businesses') }} as named_on,
        {{ parse_date('subscriptions.ends_at', 'businesses') }} as ends_on
    from {{ ref('int_stripe_subscriptions') }} as subscriptions
    left join (select distinct business_id, subscription_id from {{ ref('int_stripe_pauses') }}) as pauses
        on subscriptions.business_id = pauses.business_id and subscriptions.subscription_id = pauses.subscription_id
    left join {{ ref('stg_businesses') }} as businesses on subscriptions.business_id = businesses.business_id
),

-- What is priced in tiers has several lines for one period; of periods with one start, the longest counts.
periods as (
    select business_id, subscription_id, item_id, starts_on, ends_on, currency, sum(monthly_amount) as monthly_amount
    from {{ ref('int_stripe_lines') }}
    where is_valid
    group by business_id, subscription_id, item_id, starts_on, ends_on, currency
),

ranked_periods as (
    select *, row_number() over (partition by business_id, item_id, starts_on order by ends_on desc, monthly_amount desc, currency asc) as place
    from periods
),

-- A line that starts before the one before it ends has taken its place, as after a change from monthly to yearly payment.
single_periods as (
    select
        business_id, subscription_id, item_id, starts_on, currency, monthly_amount,
        case when next_starts_on < ends_on then next_starts_on else ends_on end as ends_on
    from (
        select *, lead(starts_on) over (partition by business_id, item_id order by starts_on) as next_starts_on
        from ranked_periods
        where place = 1
    ) as with_next
),

with_previous as (
    select
        business_id, subscription_id, item_id, starts_on, ends_on, currency, monthly_amount,
        lag(ends_on) over (partition by business_id, item_id order by starts_on) as previous_ends_on,
        lag(monthly_amount) over (partition by business_id, item_id order by starts_on) as previous_amount
    from single_periods
),

numbered as (
    select
        *,
        sum(case when previous_ends_on = starts_on and previous_amount = monthly_amount then 0 else 1 end) over (
            partition by business_id, item_id order by starts_on
            rows between unbounded preceding and current row
        ) as stretch_number
    from with_previous
),

billed as (
    select
        business_id, subscription_id, item_id,
        min(starts_on) as starts_on,
        max(ends_on) as ends_on,
        min(currency) as currency,
        min(monthly_amount) as monthly_amount,
        row_number() over (partition by business_id, item_id order by min(starts_on) desc) as last_first
    from numbered
    group by business_id, subscription_id, item_id, stretch_number
),

-- An item that the subscription no longer has ends with its last line.
removed_items as (
    select subscriptions.business_id, billed_items.item_id
    from (select distinct business_id, subscription_id, item_id from billed) as billed_items
    inner join (select distinct business_id, subscription_id from {{ ref('int_stripe_item_prices') }}) as subscriptions
        on billed_items.business_id = subscriptions.business_id and billed_items.subscription_id = subscriptions.subscription_id
    left join {{ ref('int_stripe_item_prices') }} as items
        on billed_items.business_id = items.business_id and billed_items.item_id = items.item_id and not items.is_deleted
    where items.item_id is null and billed_items.item_id <> billed_items.subscription_id
),

stretches as (
    select
        billed.business_id, billed.subscription_id, billed.item_id, billed.starts_on as named_on, billed.starts_on,
        case when billed.last_first = 1 and removed_items.item_id is null and not subscriptions.is_paused then null else billed.ends_on end as ends_on,
        billed.currency, billed.monthly_amount
    from billed
    inner join subscriptions on billed.business_id = subscriptions.business_id and billed.subscription_id = subscriptions.subscription_id
    left join removed_items on billed.business_id = removed_items.business_id and billed.item_id = removed_items.item_id
    union all
    select
        items.business_id, items.subscription_id, items.item_id, coalesce(subscriptions.named_on, subscriptions.starts_on), subscriptions.starts_on,
        null as ends_on,
        items.currency, items.monthly_amount
    from {{ ref('int_stripe_item_prices') }} as items
    inner join subscriptions on items.business_id = subscriptions.business_id and items.subscription_id = subscriptions.subscription_id
    left join (select distinct business_id, subscription_id from billed) as with_lines
        on items.business_id = with_lines.business_id and items.subscription_id = with_lines.subscription_id
    where with_lines.subscription_id is null and not items.is_deleted and items.monthly_amount is not null
        and not subscriptions.is_paused and not subscriptions.is_unpaid_after_trial
)

select
    stretches.business_id, stretches.subscription_id, stretches.item_id, stretches.named_on, stretches.starts_on,
    case when subscriptions.ends_on < coalesce(stretches.ends_on, date '9999-12-31') then subscriptions.ends_on else stretches.ends_on end as ends_on,
    stretches.currency, stretches.monthly_amount
from stretches
inner join subscriptions on stretches.business_id = subscriptions.business_id and stretches.subscription_id = subscriptions.subscription_id
where subscriptions.has_run and stretches.starts_on is not null
