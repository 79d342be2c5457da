-- Distinct customers, by the state in which they opened the period. A weight of -1 takes back what was counted before.
with customers as (
    select
        segments.business_id,
        segments.segment_key,
        periods.*,
        periods.opening_state in ('active', 'dormant') as is_current_at_open,
        periods.closing_state in ('active', 'dormant') as is_current_at_close
    from {{ ref('int_customer_periods') }} as periods
    inner join {{ ref('int_counted_segments') }} as segments
        on periods.customer_key = segments.customer_key and periods.weight = segments.weight
)

select
    business_id,
    segment_key,
    period_grain,
    period_start,
    sum(case when opening_state = 'former' and first_won_back_on is not null then weight else 0 end) as former_returned,
    sum(case when opening_state = 'dormant' and first_returned_on is not null then weight else 0 end) as dormant_returned,
    sum(case
        when opening_state in ('prospect', 'dormant_prospect') and (is_acquired or first_won_back_on is not null) then weight
        else 0
    end) as prospects_converted,
    sum(case when opening_state = 'former' and is_current_at_close then weight else 0 end) as returned_at_close,
    sum(case when (is_acquired or is_bounced) and not is_current_at_close then weight else 0 end) as new_lost_at_close,
    sum(case when opening_state <> 'former' and first_won_back_on is not null then weight else 0 end) as intra_period_win_backs,
    sum(case when is_current_at_open and not is_current_at_close then weight else 0 end) as current_lost_at_close,
    sum(case when opening_state = 'active' and closing_state <> 'active' then weight else 0 end) as active_lost_at_close
from customers
group by business_id, segment_key, period_grain, period_start
