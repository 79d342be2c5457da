-- Those who are away, and for how long now.
{{ config(materialized='view') }}
select
    worth.*,
    {{ days_between('worth.since', as_of_date()) }} as days_away
from {{ ref('int_away_worth') }} as worth
