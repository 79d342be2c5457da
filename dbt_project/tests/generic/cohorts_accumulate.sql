{# Within a cohort the size stays the same, months follow one another from 0 on, and revenue adds up; the pooled row of a month adds up the cohorts for
   which it is over. Returns the rows that break this. #}
{% test cohorts_accumulate(model) %}
{%- set figures = ['customers', 'purchased', 'current', 'former', 'current_after_return', 'revenue', 'cumulative_revenue'] -%}
with followed as (
    select
        *,
        sum(revenue) over to_month as revenue_so_far,
        first_value(customers) over to_month as customers_at_first,
        row_number() over to_month as row_num
    from {{ model }}
    where cohort_month is not null
    window to_month as (partition by business_id, cohort_month, segment, segment_value order by months_since rows unbounded preceding)
),

pooled as (
    select business_id, segment, segment_value, months_since{% for figure in figures %}, sum({{ figure }}) as {{ figure }}{% endfor %}
    from {{ model }}
    where cohort_month is not null and is_complete
    group by business_id, segment, segment_value, months_since
)

select business_id, cohort_month, segment, segment_value, months_since
from followed
where (cumulative_revenue = revenue_so_far and customers = customers_at_first and months_since = row_num - 1) is not true
union all
select coalesce(pooled.business_id, own.business_id), own.cohort_month, own.segment, own.segment_value, own.months_since
from pooled
full outer join (select * from {{ model }} where cohort_month is null) as own
    on
        pooled.business_id = own.business_id
        and pooled.segment = own.segment
        and pooled.segment_value = own.segment_value
        and pooled.months_since = own.months_since
where (own.is_complete{% for figure in figures %} and pooled.{{ figure }} = own.{{ figure }}{% endfor %}) is not true
{% endtest %}
