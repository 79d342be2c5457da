-- What a run adds to the recurring revenue of each period, from movements alone: the movements of the changed customers (sign 1), and those that the
-- last refresh counted of them (sign -1).
{%- set changed_customers = ref('int_changed_customers') if not (execute and is_rebuild()) %}
{%- set published_movements = published('movements', 'published_facts') %}
{%- set published_segments = published('customer_segments') %}
with movements as (
    select segments.segment_key, customers.customer_key, 1 as sign, moved.moved_on, moved.movement, moved.mrr_before, moved.mrr_after, moved.mrr_change
    from {{ ref('recurring_revenue_movements') }} as moved
    inner join {{ ref('int_customers') if is_rebuild() else changed_customers }} as customers
        on moved.business_id = customers.business_id and moved.customer_id = customers.customer_id
    inner join {{ ref('int_customer_segments') }} as segments on customers.customer_key = segments.customer_key
    {%- if not is_rebuild() %}
    union all
    select segments.segment_key, customers.customer_key, -1, moved.moved_on, moved.movement, moved.mrr_before, moved.mrr_after, moved.mrr_change
    from {{ published_movements }} as moved
    inner join {{ changed_customers }} as customers
        on moved.business_id = customers.business_id and moved.customer_id = customers.customer_id
    inner join {{ published_segments }} as segments on customers.customer_key = segments.customer_key
    {%- endif %}
),

-- What each customer paid at the open and at the close of a period in which that changed.
movers as (
    {%- for grain in period_grains() %}
    select
        '{{ grain }}' as period_grain,
        {{ period_start(grain, 'moved_on') }} as period_start,
        segment_key,
        customer_key,
        sign,
        {%- for movement in mrr_gains() + mrr_losses() %}
        sum(case when movement = '{{ movement }}' then abs(mrr_change) else 0 end) as {{ movement }}_mrr,
        {%- endfor %}
        {{ value_at_min('mrr_before', 'moved_on') }} as mrr_at_open,
        {{ value_at_max('mrr_after', 'moved_on') }} as mrr_at_close
    from movements
    group by 1, 2, 3, 4, 5
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

-- Of those who paid at the open: what they pay less at the close, and what they pay more or less.
select
    segment_key,
    period_grain,
    period_start,
    {%- for flow in mrr_flows() %}
    sum(sign * {{ flow }}) as {{ flow }},
    {%- endfor %}
    sum(case when mrr_at_open > mrr_at_close then sign * (mrr_at_open - mrr_at_close) else 0 end) as mrr_lost,
    sum(case when mrr_at_open > 0 then sign * (mrr_at_close - mrr_at_open) else 0 end) as mrr_moved,
    sum(sign * (case when mrr_at_close > 0 then 1 else 0 end - case when mrr_at_open > 0 then 1 else 0 end)) as net_paying
from movers
group by segment_key, period_grain, period_start
