{%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
-- What is ignored needs no customer, but would be rejected without one, and then could not take back what landed before.
with deals as (
    select
        business_id,
        deal_id,
        customer_id,
        opened_at,
        closed_at,
        amount,
        currency,
        is_won and not is_deleted and not is_merged as is_won,
        {{ first_reason([('is_deleted', 'deleted'), ('is_merged', 'deal_merged')]) }} as ignored_as,
        synced_at
    from {{ ref('int_hubspot_deals') }}
),

events as (
    select
        business_id,
        deal_id || ':opened' as event_id,
        case when ignored_as is null then customer_id else coalesce(customer_id, 'nobody') end as customer_id,
        coalesce(ignored_as, 'deal_opened') as event_name,
        opened_at as occurred_at,
        {{ nothing }} as amount,
        {{ nothing }} as currency,
        synced_at
    from deals
    union all
    select
        business_id,
        deal_id || ':won' as event_id,
        case when is_won then customer_id else coalesce(customer_id, 'nobody') end as customer_id,
        coalesce(ignored_as, case when is_won then 'deal_won' else 'deal_not_won' end) as event_name,
        case when is_won then closed_at else coalesce(opened_at, closed_at) end as occurred_at,
        case when is_won then amount end as amount,
        case when is_won then currency end as currency,
        synced_at
    from deals
    union all
    -- The first customer's event has an id without the customer: if the engagement turns out to be another's, it follows.
    select
        engagements.business_id,
        engagements.engagement_id || ':held' || case when customers.place > 1 then ':' || customers.customer_id else '' end as event_id,
        coalesce(customers.customer_id, 'nobody') as customer_id,
        case when engagements.is_deleted or customers.is_deleted then 'deleted' else engagements.kind end as event_name,
        engagements.held_at as occurred_at,
        {{ nothing }} as amount,
        {{ nothing }} as currency,
        greatest(engagements.synced_at, customers.synced_at) as synced_at
    from {{ ref('int_hubspot_engagements') }} as engagements
    left join {{ ref('int_hubspot_associations') }} as customers
        on
            engagements.business_id = customers.business_id
            and engagements.engagement_id = customers.object_id
            and customers.object = 'engagement'
    where customers.customer_id is not null or engagements.is_deleted
)

select
    event_id,
    business_id,
    customer_id,
    event_name,
    occurred_at,
    amount,
    currency,
    {{ nothing }} as reason,
    {{ nothing }} as voids_event_id,
    {{ nothing }} as contract_id,
    {{ nothing }} as covers_until,
    {{ time_text('synced_at') }} as loaded_at
from events
