-- Working out a zone's wall time for every event is dear: here once for each UTC day, and by the minute only in the few
-- in which a clock was changed. Events then join and add.
{{ config(materialized='incremental', incremental_strategy='append') }}
with zones as (
    select distinct
        timezone,
        date '1969-12-30' as starts_on,
        date '2101-01-02' as ends_on
    from {{ ref('stg_businesses') }}
    {%- if is_incremental() %}
    where timezone not in (select timezone from {{ this }})
    {%- endif %}
),

utc_days as (
    {{ dates_between('zones', ['timezone']) }}
),

opened as (
    select
        timezone,
        each_date as utc_date,
        {{ utc_offset('cast(each_date as timestamp)', 'timezone') }} as opening_offset,
        {{ utc_offset('cast(' ~ add_days('each_date', 1) ~ ' as timestamp)', 'timezone') }} as next_offset
    from utc_days
),

changing_days as (
    select
        timezone,
        utc_date,
        opening_offset,
        cast(utc_date as timestamp) as starts_on,
        cast({{ add_days('utc_date', 1) }} as timestamp) as ends_on
    from opened
    where opening_offset <> next_offset
),

minutes as (
    {{ times_between('changing_days', ['timezone', 'utc_date', 'opening_offset'], '1 minute') }}
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
    opened.timezone,
    opened.utc_date,
    opened.opening_offset,
    changes.changes_at,
    opened.next_offset
from opened
left join changes on opened.timezone = changes.timezone and opened.utc_date = changes.utc_date
