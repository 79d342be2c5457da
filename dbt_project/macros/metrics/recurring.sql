{# Recurring revenue: what movements are called, and the sums that periods keep of them. #}

{# Movements that add to the monthly amount, and those that take from it. #}
{% macro mrr_gains() %}{{ return(['new', 'expansion', 'won_back', 'recovered', 'reactivated']) }}{% endmacro %}
{% macro mrr_losses() %}{{ return(['contraction', 'churned']) }}{% endmacro %}

{# The columns that add up movements. #}
{% macro mrr_flows() %}
    {% set columns = [] %}
    {% for movement in mrr_gains() + mrr_losses() %}{% do columns.append(movement ~ '_mrr') %}{% endfor %}
    {{ return(columns) }}
{% endmacro %}

{# What the flows add up to: the change of the monthly amount. #}
{% macro net_mrr(relation=none) -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    ({{ prefix }}{{ mrr_gains() | join('_mrr + ' ~ prefix) }}_mrr - {{ prefix }}{{ mrr_losses() | join('_mrr - ' ~ prefix) }}_mrr)
{%- endmacro %}

{# The sums of a period that are additive over customers: flows; of those who paid at the open what they pay less at the close, and what they pay more
   or less; and the change in the number who pay. #}
{% macro mrr_measures() %}{{ return(mrr_flows() + ['mrr_lost', 'mrr_moved', 'net_paying']) }}{% endmacro %}

{# Of those who paid at the open: what they pay less at the close, and what they pay more or less. #}
{% macro retained_measures(at_open, at_close) -%}
    sum(case when {{ at_open }} > {{ at_close }} then sign * ({{ at_open }} - {{ at_close }}) else 0 end) as mrr_lost,
    sum(case when {{ at_open }} > 0 then sign * ({{ at_close }} - {{ at_open }}) else 0 end) as mrr_moved
{%- endmacro %}
