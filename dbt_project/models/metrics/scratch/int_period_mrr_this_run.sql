-- What a run adds to the recurring revenue of each period, from movements alone: the movements of the changed customers (sign 1), and those that the
-- last refresh counted of them (sign -1).
{%- set changed_customers = ref('int_changed_customers') if not (execute and is_rebuild()) %}
{%- set published_movements = published('movements', 'published_facts') %}
{%- set published_segments = published('customer_segments') %}
with counted as (
    select segments.segment_key, customers.customer_key, 1 as sign, moved.moved_on, moved.movement, moved.mrr_before, moved.mrr_after
    from {{ ref('recurring_revenue_movements') }} as moved
    inner join {{ ref('int_customers') if is_rebuild() else changed_customers }} as customers
        on moved.business_id = customers.business_id and moved.customer_id = customers.customer_id
    inner join {{ ref('int_customer_segments') }} as segments on customers.customer_key = segments.customer_key
    {%- if not is_rebuild() %}
    union all
    select segments.segment_key, customers.customer_key, -1, moved.moved_on, moved.movement, moved.mrr_before, moved.mrr_after
    from {{ published_movements }} as moved
    inner join {{ changed_customers }} as customers
        on moved.business_id = customers.business_id and moved.customer_id = customers.customer_id
    inner join {{ published_segments }} as segments on customers.customer_key = segments.customer_key
    {%- endif %}
),

movements as (
    select
        *,
        lag(moved_on) over (partition by customer_key, sign order by moved_on) as previous_moved_on,
        lead(moved_on) over (partition by customer_key, sign order by moved_on) as next_moved_on
    from counted
),

-- Most movements are their customer's only one in a period. These are added up by day, and only the others are put together customer by customer.
days as (
    select
        segment_key,
        moved_on,
        {%- for grain in period_grains() %}
        coalesce(previous_moved_on < {{ period_start(grain, 'moved_on') }}, true)
        and coalesce(next_moved_on > {{ period_end(grain, period_start(grain, 'moved_on')) }}, true) as is_only_in_{{ grain }},
        {%- endfor %}
        {%- for movement in mrr_gains() + mrr_losses() %}
        sum(case when movement = '{{ movement }}' then sign * abs(mrr_after - mrr_before) else 0 end) as {{ movement }}_mrr,
        {%- endfor %}
        {{ retained_measures('mrr_before', 'mrr_after') }},
        sum(sign * (case when mrr_after > 0 then 1 else 0 end - case when mrr_before > 0 then 1 else 0 end)) as net_paying
    from movements
    group by 1, 2{% for grain in period_grains() %}, {{ loop.index + 2 }}{% endfor %}
),

{%- for grain in period_grains() if grain != 'day' %}

-- What customers with several movements paid at the open and at the close of the {{ grain }}.
{{ grain }}_movers as (
    select
        segment_key,
        {{ period_start(grain, 'moved_on') }} as period_start,
        sign,
        {{ value_at_min('mrr_before', 'moved_on') }} as mrr_at_open,
        {{ value_at_max('mrr_after', 'moved_on') }} as mrr_at_close
    from movements
    where
        previous_moved_on >= {{ period_start(grain, 'moved_on') }}
        or next_moved_on <= {{ period_end(grain, period_start(grain, 'moved_on')) }}
    group by 1, 2, 3, customer_key
),
{%- endfor %}

measured as (
    {%- for grain in period_grains() %}
    select
        segment_key,
        '{{ grain }}' as period_grain,
        {{ period_start(grain, 'moved_on') }} as period_start,
        {{ mrr_flows() | join(', ') }},
        case when is_only_in_{{ grain }} then mrr_lost else 0 end as mrr_lost,
        case when is_only_in_{{ grain }} then mrr_moved else 0 end as mrr_moved,
        net_paying
    from days
    union all
    {%- endfor %}
    {%- for grain in period_grains() if grain != 'day' %}
    select segment_key, '{{ grain }}', period_start{% for flow in mrr_flows() %}, 0{% endfor %}, {{ retained_measures('mrr_at_open', 'mrr_at_close') }}, 0
    from {{ grain }}_movers
    group by segment_key, period_start
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    segment_key,
    period_grain,
    period_start
    {%- for measure in mrr_measures() %},
    sum({{ measure }}) as {{ measure }}
    {%- endfor %}
from measured
group by segment_key, period_grain, period_start
