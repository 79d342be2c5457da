select
    business_id,
    name,
    kind,
    timezone,
    currency,
    cast(dormant_after_days as integer) as dormant_after_days,
    cast(former_after_days as integer) as former_after_days,
    cast(prospect_dormant_after_days as integer) as prospect_dormant_after_days,
    cast(attribution_days as integer) as attribution_days,
    coalesce(cast(recovery_days as integer), 0) as recovery_days,
    coalesce(naive_times, 'utc') as naive_times
from {{ configured('businesses') }}
