-- Only the history of a subscription shows when its collection was paused: from the first version that says so to the first that does not, or to the
-- date on which it is to be resumed.
with read_versions as (
    select
        business_id,
        id as subscription_id,
        pause_collection_behavior is not null as is_paused,
        {{ utc_text('_fivetran_start') }} as version_start,
        {{ utc_text('pause_collection_resumes_at') }} as resumes_at
    from {{ source_rows('stripe', ['subscription_history', 'subscription']) }}
    where coalesce({{ parse_boolean('livemode') }}, true)
),

versions as (
    select
        read_versions.business_id,
        read_versions.subscription_id,
        read_versions.is_paused,
        {{ parse_time('read_versions.version_start', 'businesses') }} as started_at,
        {{ parse_date('read_versions.version_start', 'businesses') }} as started_on,
        {{ parse_date('read_versions.resumes_at', 'businesses') }} as resumes_on
    from read_versions
    left join {{ ref('stg_businesses') }} as businesses on read_versions.business_id = businesses.business_id
),

with_neighbours as (
    select
        *,
        lag(is_paused) over (partition by business_id, subscription_id order by started_at) as was_paused,
        lead(started_on) over (partition by business_id, subscription_id order by started_at) as next_started_on
    from versions
    where started_at is not null
),

numbered as (
    select
        *,
        sum(case when is_paused and not coalesce(was_paused, false) then 1 else 0 end) over (
            partition by business_id, subscription_id order by started_at
            rows between unbounded preceding and current row
        ) as pause_number
    from with_neighbours
),

-- The last version of a pause says until when: another version follows it, or the date on which it is to be resumed.
paused as (
    select
        business_id,
        subscription_id,
        started_on,
        case when resumes_on < next_started_on then resumes_on else coalesce(next_started_on, resumes_on) end as resumed_on,
        pause_number,
        row_number() over (partition by business_id, subscription_id, pause_number order by started_at desc) as last_first,
        min(started_on) over (partition by business_id, subscription_id, pause_number) as paused_on
    from numbered
    where is_paused
)

select
    business_id,
    subscription_id,
    paused_on,
    resumed_on
from paused
where last_first = 1
