{# Kaplan-Meier curves. `relation` has, for each curve and time t, how many come under observation at t (`entries`), how many
   return at t (`returns`), and how many are last seen at t, those who return among them (`departures`); rows of zeros ask for the
   curve at other times. Who is last seen at t is still at risk at t. Gives `at_risk` just before t, `returned` up to t, and
   `survival` at t: the share that has not returned by then. Logarithms are summed as decimals, so that the curve never rises and no order shows in it. #}
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

{# Of those not back by one time of a curve, the share who are by a later one. #}
{% macro returned_between(survival_now, survival_later) -%}
    1 - {{ survival_later }} / nullif({{ survival_now }}, 0)
{%- endmacro %}
