-- `*` stands for every business that does not map the name itself.
with mappings as (
    select business_id, event_name, kind, kind_if_zero
    from {{ ref('event_kinds') }}
),

own as (
    select *
    from mappings
    where business_id <> '*'
),

shared as (
    select businesses.business_id, mappings.event_name, mappings.kind, mappings.kind_if_zero
    from mappings
    cross join {{ ref('stg_businesses') }} as businesses
    left join own
        on businesses.business_id = own.business_id and mappings.event_name = own.event_name
    where mappings.business_id = '*' and own.business_id is null
)

select * from own
union all
select * from shared
