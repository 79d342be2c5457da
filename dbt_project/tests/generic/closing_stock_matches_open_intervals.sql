{# At the as-of date, the closing stocks equal the numbers of customers with an open interval in lifecycle_states. #}
{% test closing_stock_matches_open_intervals(model) %}
with closing as (
    select facts.*
    from {{ model }} as facts
    inner join {{ ref('dim_business') }} as businesses
        on facts.business_id = businesses.business_id and facts.period_start = businesses.as_of_date
    where facts.period_grain = 'day' and facts.segment = 'all'
),

open_states as (
    select
        business_id
        {%- for state in lifecycle_states() %},
        sum(case when state = '{{ state }}' then 1 else 0 end) as {{ state }}
        {%- endfor %}
    from {{ ref('lifecycle_states') }}
    where valid_to is null
    group by business_id
)

select
    coalesce(closing.business_id, open_states.business_id) as business_id
    {%- for state in lifecycle_states() %},
    closing.closing_{{ state }},
    open_states.{{ state }}
    {%- endfor %}
from closing
full outer join open_states on closing.business_id = open_states.business_id
where (
    {%- for state in lifecycle_states() %}
    closing.closing_{{ state }} = coalesce(open_states.{{ state }}, 0){{ ' and' if not loop.last }}
    {%- endfor %}
) is not true
{% endtest %}
