-- Customers whose rows in the public tables change: the affected customers, and those for whom a date known in advance has come (a customer has
-- been silent for long enough, a future-dated event has been reached, a priced contract starts or ends, or a window after a return is over). The
-- latter are not recomputed, only counted up to the new as-of date.
{% set transitions = ref('int_transitions') -%}
{%- set days = ref('int_customer_days') -%}
{%- set keys = ref('int_customer_keys') -%}
{%- set contracts = ref('stg_contracts') -%}
{%- set windows = return_windows_days() -%}
select customer_key, business_id, customer_id
from {{ ref('int_affected_customers') }}
{%- if not is_rebuild() %}
union all
select keys.person_key, keys.business_id, keys.customer_id
from (
    select dated.customer_key
    from (
        select customer_key, transition_date as each_date from {{ transitions }}
        union all
        select customer_key, event_date from {{ days }}
        {%- for window_days in windows %}
        union all
        select customer_key, {{ add_days('transition_date', window_days) }} from {{ transitions }}
        where to_state = 'active' and from_state <> 'unknown'
        {%- endfor %}
        {%- for date in ['starts_on', 'ends_on'] %}
        union all
        select holders.customer_key, contracts.{{ date }}
        from {{ contracts }} as contracts
        inner join {{ keys }} as holders on contracts.business_id = holders.business_id and contracts.customer_id = holders.customer_id
        where {{ has_come('contracts.' ~ date) }}
        {%- endfor %}
    ) as dated
    where {{ has_come('dated.each_date') }}
    except
    select customer_key
    from {{ ref('int_affected_customers') }}
) as moved
inner join {{ keys }} as keys on moved.customer_key = keys.person_key
{%- endif %}
