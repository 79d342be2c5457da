with read_versions as (
    select
        business_id,
        id as subscription_id,
        customer_id,
        {{ ascii_lower('status') }} as status,
        {{ utc_text('coalesce(start_date, created)') }} as starts_at,
        {{ utc_text('trial_start') }} as trial_starts_at,
        {{ utc_text('trial_end') }} as trial_ends_at,
        {{ utc_text('current_period_end') }} as period_ends_at,
        {{ utc_text('cancel_at') }} as cancel_at,
        {{ says_yes('cancel_at_period_end') }} as ends_with_period,
        {{ utc_text('ended_at') }} as ended_at,
        coalesce(cancellation_details_feedback, cancellation_details_reason) as reason,
        pause_collection_behavior as pause_behavior,
        {{ utc_text('pause_collection_resumes_at') }} as pause_ends_at,
        coalesce({{ parse_boolean('livemode') }}, true) as is_live,
        {{ says_yes('_fivetran_deleted') }} as is_marked_deleted,
        coalesce({{ parse_boolean('_fivetran_active') }}, true) as is_active,
        {{ utc_text('_fivetran_start') }} as version_start,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', ['subscription_history', 'subscription']) }}
    where id is not null
),

versions as (
    select
        read_versions.*,
        {{ parse_time('read_versions.version_start', 'businesses') }} as version_started_at,
        {{ parse_time('read_versions.synced', 'businesses') }} as synced_at
    from read_versions
    left join {{ ref('stg_businesses') }} as businesses on read_versions.business_id = businesses.business_id
    where read_versions.is_live
),

numbered as (
    select
        *,
        {{ copy_number(
            ['subscription_id'],
            ['status', 'customer_id', 'ended_at', 'cancel_at', 'period_ends_at', 'trial_starts_at', 'trial_ends_at', 'starts_at', 'reason'],
            flags=['is_marked_deleted'], latest_by=['version_started_at', 'synced_at'], last='not is_active',
        ) }} as version_number,
        max(synced_at) over (partition by business_id, subscription_id) as last_synced_at
    from versions
),

read_items as (
    select
        business_id,
        subscription_id,
        {{ utc_text('current_period_end') }} as period_end,
        {{ says_yes('_fivetran_deleted') }} as is_deleted,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('stripe', 'subscription_item') }}
    where subscription_id is not null
),

items as (
    select
        read_items.business_id,
        read_items.subscription_id,
        case when not read_items.is_deleted then {{ parse_time('read_items.period_end', 'businesses') }} end as period_ends_at,
        {{ parse_time('read_items.synced', 'businesses') }} as synced_at
    from read_items
    left join {{ ref('stg_businesses') }} as businesses on read_items.business_id = businesses.business_id
),

items_together as (
    select
        business_id,
        subscription_id,
        {{ time_text('max(period_ends_at)') }} as period_ends_at,
        max(synced_at) as synced_at
    from items
    group by business_id, subscription_id
)

select
    numbered.business_id,
    numbered.subscription_id,
    numbered.customer_id,
    numbered.status,
    numbered.starts_at,
    numbered.trial_starts_at,
    numbered.trial_ends_at,
    case
        when numbered.status in ('incomplete', 'incomplete_expired') then null
        when numbered.ended_at is not null then numbered.ended_at
        when numbered.cancel_at is not null then numbered.cancel_at
        when numbered.ends_with_period then coalesce(items_together.period_ends_at, numbered.period_ends_at)
    end as ends_at,
    numbered.reason,
    numbered.pause_behavior,
    numbered.pause_ends_at,
    coalesce(numbered.status in ('incomplete', 'incomplete_expired'), false) as is_incomplete,
    numbered.is_marked_deleted or not numbered.is_active as is_deleted,
    greatest(numbered.last_synced_at, items_together.synced_at) as synced_at
from numbered
left join items_together
    on numbered.business_id = items_together.business_id and numbered.subscription_id = items_together.subscription_id
where numbered.version_number = 1
