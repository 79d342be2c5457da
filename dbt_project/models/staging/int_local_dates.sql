-- Working out a zone's wall time for every event is dear: here once for each day, events then only compare and join.
with zones as (
    select distinct
        timezone,
        date '1969-12-30' as starts_on,
        date '2101-01-02' as ends_on
    from {{ ref('stg_businesses') }}
),

utc_days as (
    {{ dates_between('zones', ['timezone']) }}
),

opened as (
    select
        timezone,
        each_date as utc_date,
        cast({{ utc_to_local('cast(each_date as timestamp)', 'timezone') }} as date) as opening_date
    from utc_days
),

changing as (
    select
        timezone,
        utc_date,
        opening_date,
        {{ local_to_utc('cast(' ~ add_days('opening_date', 1) ~ ' as timestamp)', 'timezone') }} as changes_at
    from opened
)

-- The date after midnight is asked for, not counted: zones that crossed the date line have skipped one.
select
    timezone,
    utc_date,
    opening_date,
    changes_at,
    cast({{ utc_to_local('changes_at', 'timezone') }} as date) as next_date
from changing
