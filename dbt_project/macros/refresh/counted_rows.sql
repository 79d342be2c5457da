{# The rows that the touched customers had, taken before the table itself is brought up to date. #}
{% macro rows_before(name) -%}
    {%- set customers = ref('int_touched_customers') -%}
    {%- if rebuilds() -%}
select cast(null as integer) as customer_key
where 1 = 0
    {%- else -%}
select *
from {{ last_published(name) }}
where customer_key in (select customer_key from {{ customers }})
    {%- endif -%}
{%- endmacro %}


{# Where the rows of a kept table belong to this run: all of them where everything is derived anew. #}
{% macro of_this_run(customer_key) -%}
    {%- set customers = ref('int_touched_customers') -%}
    {%- if rebuilds() -%}1 = 1{%- else -%}{{ customer_key }} in (select customer_key from {{ customers }}){%- endif -%}
{%- endmacro %}


{# The rows of those whose figures are to be counted anew: as they are now with weight 1, and as the last refresh counted
   them with weight -1, so that sums of both are what to add to the figures. `date_column` is clipped at the date counted to,
   which each row is given. #}
{% macro counted_rows(name, date_column=none) -%}
    {%- set before = ref(name ~ '_before') -%}
    {%- set changed = ref('int_changed_customers') -%}
    {%- set refresh = ref('int_this_refresh') -%}
    {%- if rebuilds() -%}
select counted.*, refresh.as_of_date as counted_to, 1 as weight
from {{ ref(name) }} as counted
cross join {{ refresh }} as refresh
where {{ up_to(date_column, 'refresh.as_of_date') }}
    {%- else -%}
with of_changed as (
    select *
    from {{ ref(name) }}
    where customer_key in (select customer_key from {{ changed }})
)

select counted.*, refresh.as_of_date as counted_to, 1 as weight
from of_changed as counted
cross join {{ refresh }} as refresh
where {{ up_to(date_column, 'refresh.as_of_date') }}
union all
select counted.*, refresh.previous_as_of_date, -1
from {{ before }} as counted
cross join {{ refresh }} as refresh
where {{ up_to(date_column, 'refresh.previous_as_of_date') }}
union all
select counted.*, refresh.previous_as_of_date, -1
from of_changed as counted
cross join {{ refresh }} as refresh
where
    {{ up_to(date_column, 'refresh.previous_as_of_date') }}
    and counted.customer_key in (select customer_key from {{ changed }} where not is_touched)
    {%- endif %}
{%- endmacro %}

{% macro up_to(date_column, date) -%}
    {% if date_column %}counted.{{ date_column }} <= {{ date }}{% else %}1 = 1{% endif %}
{%- endmacro %}
