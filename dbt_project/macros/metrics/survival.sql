{# Kaplan-Meier curves. For each curve and time t, `relation` has the number of customers who come under observation at t (`entries`), return at t
   (`returns`), and are last observed at t, including those who return (`departures`); rows of zeros request the curve at other times. A customer last
   observed at t is still at risk at t. Returns `at_risk` just before t, `returned` up to t, and `survival` at t: the share that has not returned by
   t. Logarithms are summed as decimals, so that the curve never rises and does not depend on the order of rows. #}
{% macro kaplan_meier(relation, curve) -%}
select
    *,
    case
        when min(case when returns > 0 and returns = at_risk then 0 else 1 end) over up_to_t = 0 then 0.0
        else exp(cast(sum(cast(case when returns > 0 and returns < at_risk then ln(1 - {{ share('returns', 'at_risk') }}) else 0 end as decimal(38, 18))) over up_to_t as {{ type_double() }}))
    end as survival,
    sum(returns) over up_to_t as returned,
    max(case when departures > 0 then t end) over (partition by {{ curve | join(', ') }}) as follow_up
from (
    select
        {{ curve | join(', ') }},
        t,
        sum(returns) as returns,
        sum(departures) as departures,
        sum(sum(entries)) over curve_to_t - sum(sum(departures)) over curve_to_t + sum(departures) as at_risk
    from {{ relation }}
    group by {{ curve | join(', ') }}, t
    window curve_to_t as (partition by {{ curve | join(', ') }} order by t rows unbounded preceding)
) as observed
window up_to_t as (partition by {{ curve | join(', ') }} order by t rows unbounded preceding)
{%- endmacro %}

{# Of the customers not back by one time of a curve, the share who are back by a later time. #}
{% macro returned_between(survival_now, survival_later) -%}
    1 - {{ survival_later }} / nullif({{ survival_now }}, 0)
{%- endmacro %}
