-- Whose returns are told anew: those who changed, and those of whose return some days are over now that were not at the last refresh.
{% set changed = ref('int_changed_customers') -%}
{%- set returns = ref('int_returns') -%}
{%- set customers = ref('int_customers') -%}
select customer_key, business_id, customer_id
from {{ changed }}
{%- if not is_rebuild() %}
union
select customers.customer_key, customers.business_id, customers.customer_id
from {{ returns }} as returns
inner join {{ customers }} as customers on returns.customer_key = customers.customer_key
where
    {%- for days in [89, 90, 180, 365] %}
    {{ has_come(add_days('returns.returned_on', days)) }}{{ ' or' if not loop.last }}
    {%- endfor %}
{%- endif %}
