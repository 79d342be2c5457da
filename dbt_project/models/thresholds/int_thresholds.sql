-- The numbers of days that are tested for each business, including its own D and F.
{% set tried = [30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 365, 540, 730] -%}
with tried as (
    {%- for days in tried %}
    select business_id, {{ days }} as days from {{ ref('dim_business') }}
    union
    {%- endfor %}
    select business_id, dormant_after_days from {{ ref('dim_business') }}
    union
    select business_id, former_after_days from {{ ref('dim_business') }}
)

select
    tried.business_id,
    tried.days,
    coalesce(tried.days = businesses.dormant_after_days, false) as is_current_d,
    coalesce(tried.days = businesses.former_after_days, false) as is_current_f
from tried
inner join {{ ref('dim_business') }} as businesses on tried.business_id = businesses.business_id
where tried.days is not null
