{# Cohorts by calendar month. #}

{# The calendar months from one first day of a month to another. #}
{% macro months_between(from_month, to_month) -%}
    cast(
        (extract(year from {{ to_month }}) - extract(year from {{ from_month }})) * 12
        + extract(month from {{ to_month }}) - extract(month from {{ from_month }}) as integer
    )
{%- endmacro %}

{# What a transition changes of the number of customers in some states. #}
{% macro net_change(transition, states) -%}
    {%- set named = "('" ~ states | join("', '") ~ "')" -%}
    (case when {{ transition }}.to_state in {{ named }} then 1 else 0 end - case when {{ transition }}.from_state in {{ named }} then 1 else 0 end)
{%- endmacro %}
