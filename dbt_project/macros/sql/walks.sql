{# Everyone reached from a customer by merges, as the rest of a recursive query `reached`; `union` ends the walk where it repeats itself. #}
{% macro reached_by_merges(merges) %}{{ return(adapter.dispatch('reached_by_merges', 'winback')(merges)) }}{% endmacro %}
{% macro default__reached_by_merges(merges) -%}
    select business_id, from_customer_id, into_customer_id
    from {{ merges }}
    union
    select reached.business_id, reached.from_customer_id, onward.into_customer_id
    from reached
    inner join {{ merges }} as onward
        on reached.business_id = onward.business_id and reached.into_customer_id = onward.from_customer_id
{%- endmacro %}

{# Spark knows `union all` alone here: a walk remembers whom it has passed. #}
{% macro spark__reached_by_merges(merges) -%}
    select business_id, from_customer_id, into_customer_id, md5(from_customer_id) as passed
    from {{ merges }}
    union all
    select reached.business_id, reached.from_customer_id, onward.into_customer_id, reached.passed || md5(reached.into_customer_id)
    from reached
    inner join {{ merges }} as onward
        on reached.business_id = onward.business_id and reached.into_customer_id = onward.from_customer_id
    where position(md5(reached.into_customer_id) in reached.passed) = 0
{%- endmacro %}
