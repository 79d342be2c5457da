with answer_counts as (
    select
        {{ period_keys('facts') }},
        facts.opening_current,
        {%- for satisfaction in ['satisfied', 'neutral', 'dissatisfied'] %}
        cast(coalesce(sum(answers.net_answered_{{ satisfaction }}) over to_date, 0) as bigint) as answered_{{ satisfaction }},
        cast(coalesce(answers.lost_{{ satisfaction }}, 0) as bigint) as lost_{{ satisfaction }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_period_facts') }} as facts
    left join {{ ref('int_period_answers') }} as answers on {{ same_period('facts', 'answers') }}
    window to_date as (
        partition by facts.business_id, facts.period_grain, facts.segment, facts.segment_value
        order by facts.period_start rows unbounded preceding
    )
)

-- A satisfied customer who is retained is loyal; a dissatisfied customer who is retained is captive.
select
    {{ period_keys() }},
    opening_current,
    answered_satisfied + answered_neutral + answered_dissatisfied as answered,
    {{ share('(answered_satisfied + answered_neutral + answered_dissatisfied)', 'opening_current') }} as coverage,
    answered_satisfied - lost_satisfied as loyal,
    answered_neutral - lost_neutral as neutral_retained,
    answered_dissatisfied - lost_dissatisfied as captive,
    lost_satisfied,
    lost_neutral,
    lost_dissatisfied
from answer_counts
