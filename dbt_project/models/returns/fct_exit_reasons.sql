with exits as (
    select
        {{ period_keys('facts') }},
        exits.exit_kind,
        exits.exit_reason,
        cast(exits.exits as bigint) as exits,
        cast(exits.exits_won_back as bigint) as exits_won_back,
        {{ exits_are_final('facts.is_complete', 'exits.last_exited_on') }} as is_final
    from {{ ref('int_period_exits') }} as exits
    inner join {{ ref('int_period_facts') }} as facts on {{ same_period('exits', 'facts') }}
)

select
    {{ period_keys('exits') }},
    exits.exit_kind,
    exits.exit_reason,
    case when exits.exit_reason not in ('inactivity', 'unknown') then reasons.category end as category,
    exits.exits,
    {{ share(
        'exits.exits',
        'sum(exits.exits) over (partition by exits.business_id, exits.period_grain, exits.period_start, exits.segment, exits.segment_value)',
    ) }} as share_of_exits,
    exits.exits_won_back,
    {{ share_once_final('exit_win_back_rate', 'exits.exits_won_back', 'exits.exits', 'exits.is_final') }}
from exits
left join {{ ref('stg_exit_reasons') }} as reasons on exits.exit_reason = reasons.reason
