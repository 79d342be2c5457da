{# Landed rows = standing + superseded + rejected: nothing that was delivered disappears, and nothing counts twice. #}
{% test every_row_accounted(model, landing_table) %}
with counts as (
    select
        (select count(*) from {{ ref('landed_' ~ landing_table) }}) as landed,
        (select count(*) from {{ ref('stg_' ~ landing_table) }}) as standing,
        (select count(*) from {{ ref('base_' ~ landing_table) }} where verdict = 'superseded') as superseded,
        (select count(*) from {{ model }} where landing_table = '{{ landing_table }}') as rejected
)

select *
from counts
where landed <> standing + superseded + rejected
{% endtest %}
