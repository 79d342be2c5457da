-- The time spine that MetricFlow requires of a project: every date once.
{{ config(materialized='view') }}
select distinct period_start as calendar_date
from {{ ref('int_periods') }}
where period_grain = 'day'
