-- Computing local time costs as much as the rest of staging. So the offset is computed once for each UTC date with an event, and by the minute only
-- in the hour of a clock change. Events then need only a join and an addition.
{{ config(materialized='incremental', incremental_strategy='append') }}
-- The rows of this run; in a full rebuild, all rows.
with event_dates as (
    {%- for table, instant in {'stg_events': 'occurred_at', 'stg_campaign_touches': 'touched_at', 'stg_survey_responses': 'answered_at'}.items() %}
    select current_rows.business_id, cast(current_rows.{{ instant }} as date) as utc_date
    from {{ ref(table) }} as current_rows
    where current_rows.validated_in = {{ refresh_id() }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

utc_days as (
    select distinct businesses.timezone, event_dates.utc_date
    from event_dates
    inner join {{ ref('stg_businesses') }} as businesses on event_dates.business_id = businesses.business_id
    {%- if is_incremental() %}
    where not exists (
        select 1 from {{ this }} as known
        where known.timezone = businesses.timezone and known.utc_date = event_dates.utc_date
    )
    {%- endif %}
),

days_with_offsets as (
    select
        timezone,
        utc_date,
        {{ utc_offset('cast(utc_date as timestamp)', 'timezone') }} as opening_offset,
        {{ utc_offset('cast(' ~ add_days('utc_date', 1) ~ ' as timestamp)', 'timezone') }} as next_offset
    from utc_days
),

changing_days as (
    select
        timezone,
        utc_date,
        opening_offset,
        cast(utc_date as timestamp) as starts_on,
        cast({{ add_days('utc_date', 1) }} as timestamp) as ends_on
    from days_with_offsets
    where opening_offset <> next_offset
),

hours as (
    {{ times_between('changing_days', ['timezone', 'utc_date', 'opening_offset'], '1 hour') }}
),

-- The hour that ends at the first full hour with a different offset.
changing_hours as (
    select
        timezone,
        utc_date,
        opening_offset,
        min(each_time) - interval '1' hour as starts_on,
        min(each_time) as ends_on
    from hours
    where {{ utc_offset('each_time', 'timezone') }} <> opening_offset
    group by timezone, utc_date, opening_offset
),

minutes as (
    {{ times_between('changing_hours', ['timezone', 'utc_date', 'opening_offset'], '1 minute') }}
),

changes as (
    select
        timezone,
        utc_date,
        min(each_time) as changes_at
    from minutes
    where {{ utc_offset('each_time', 'timezone') }} <> opening_offset
    group by timezone, utc_date
)

select
    days_with_offsets.timezone,
    days_with_offsets.utc_date,
    days_with_offsets.opening_offset,
    changes.changes_at,
    days_with_offsets.next_offset
from days_with_offsets
left join changes on days_with_offsets.timezone = changes.timezone and days_with_offsets.utc_date = changes.utc_date
