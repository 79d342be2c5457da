-- `*` applies to every business that does not map the name itself.
with mappings as (
    select business_id, event_name, kind, kind_if_zero
    from {{ configured('event_kinds') }}
),

own_mappings as (
    select *
    from mappings
    where business_id <> '*'
),

shared_mappings as (
    select businesses.business_id, mappings.event_name, mappings.kind, mappings.kind_if_zero
    from mappings
    cross join {{ ref('stg_businesses') }} as businesses
    left join own_mappings
        on businesses.business_id = own_mappings.business_id and mappings.event_name = own_mappings.event_name
    where mappings.business_id = '*' and own_mappings.business_id is null
)

select * from own_mappings
union all
select * from shared_mappings
