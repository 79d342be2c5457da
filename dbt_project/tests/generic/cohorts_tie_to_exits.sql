{# The customers in the cohorts of former customers are those who churned or bounced, minus those who recovered; the sums over kinds and over months
   and the pooled cohort show the same number. #}
{% test cohorts_tie_to_exits(model) %}
with exits as (
    select business_id, sum(churned + bounced - recovered) as exits
    from {{ ref('fct_lifecycle') }}
    where period_grain = 'year' and segment = 'all'
    group by business_id
),

cohort_sizes as (
    select
        business_id,
        sum(case when exit_kind = 'all' and cohort_month is null then entered else 0 end) as pooled,
        sum(case when exit_kind = 'all' and cohort_month is not null then entered else 0 end) as by_month,
        sum(case when exit_kind <> 'all' and cohort_month is null then entered else 0 end) as by_kind,
        sum(case when exit_kind <> 'all' and cohort_month is not null then entered else 0 end) as by_kind_and_month
    from {{ model }}
    where from_state = 'former' and months_since = 1
    group by business_id
)

select exits.business_id, exits.exits, cohort_sizes.pooled, cohort_sizes.by_month, cohort_sizes.by_kind, cohort_sizes.by_kind_and_month
from exits
left join cohort_sizes on exits.business_id = cohort_sizes.business_id
where
    exits.exits <> coalesce(cohort_sizes.pooled, 0)
    or exits.exits <> coalesce(cohort_sizes.by_month, 0)
    or exits.exits <> coalesce(cohort_sizes.by_kind, 0)
    or exits.exits <> coalesce(cohort_sizes.by_kind_and_month, 0)
{% endtest %}
