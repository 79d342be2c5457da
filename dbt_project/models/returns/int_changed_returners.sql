-- Whose returns are told anew: those who changed, and those of whose return some days are over now that were not at the last refresh.
{% set changed = ref('int_changed_customers') -%}
{%- set refresh = ref('int_this_refresh') -%}
{%- set returns = ref('int_returns') -%}
{%- set customers = ref('int_customers') -%}
select customer_key, business_id, customer_id
from {{ changed }}
{%- if not rebuilds() %}
union
select customers.customer_key, customers.business_id, customers.customer_id
from {{ returns }} as returns
inner join {{ refresh }} as refresh
    on
        {%- for days in [89, 90, 180, 365] %}
        {%- set seen_on = add_days('returns.returned_on', days) %}
        ({{ seen_on }} > refresh.previous_as_of_date and {{ seen_on }} <= refresh.as_of_date){{ ' or' if not loop.last }}
        {%- endfor %}
inner join {{ customers }} as customers on returns.customer_key = customers.customer_key
{%- endif %}
