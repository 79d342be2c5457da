-- The period that thresholds are tried on: the latest year that is over and warm, else the latest such quarter, else the latest quarter that is over.
select business_id, period_grain, period_start, period_end
from (
    select
        *,
        row_number() over (
            partition by business_id
            order by case when period_grain = 'year' then 0 when is_warm then 1 else 2 end, period_start desc
        ) as place
    from {{ ref('int_periods') }}
    where is_complete and ((period_grain = 'year' and is_warm) or period_grain = 'quarter')
) as periods
where place = 1
