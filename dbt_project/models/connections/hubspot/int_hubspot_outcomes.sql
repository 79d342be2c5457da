{%- set reasons = [
    ("source_rows.lacks_id", 'missing_id'),
    ("source_rows.copy_number > 1", 'superseded'),
    ("deals.is_deleted or engagements.is_deleted or associations.is_deleted", 'deleted'),
    ("deals.is_merged", 'merged'),
    ("associations.object = 'deal' and deals_of_associations.deal_id is null", 'without_deal'),
    ("associations.object = 'engagement' and engagements_of_associations.engagement_id is null", 'without_meeting_or_call'),
    ("deals_of_associations.is_deleted or deals_of_associations.is_merged", 'deal_not_counted'),
    ("engagements_of_associations.is_deleted", 'engagement_deleted'),
    ("associations.object = 'deal' and associations.place > 1", 'another_is_the_customer'),
    ("engagements.engagement_id is not null and customers.object_id is null", 'without_customer'),
    ("source_rows.source_table = 'merged_deal' and source_rows.id = source_rows.other_id", 'merged_into_itself'),
] -%}
with engagements_of_associations as (
    select business_id, engagement_id, min(case when is_deleted then 1 else 0 end) = 1 as is_deleted
    from {{ ref('int_hubspot_engagements') }}
    group by business_id, engagement_id
),

judged as (
    select
        source_rows.business_id,
        source_rows.source_table,
        {{ first_reason(reasons) }} as reason
    from {{ ref('int_hubspot_source_rows') }} as source_rows
    left join {{ ref('int_hubspot_deals') }} as deals
        on source_rows.business_id = deals.business_id
        and source_rows.id = deals.deal_id
        and source_rows.source_table = 'deal'
    left join {{ ref('int_hubspot_engagements') }} as engagements
        on source_rows.business_id = engagements.business_id
        and source_rows.id = engagements.engagement_id
        and source_rows.source_table = 'engagement_' || engagements.kind
    left join {{ ref('int_hubspot_associations') }} as customers
        on engagements.business_id = customers.business_id
        and engagements.engagement_id = customers.object_id
        and customers.object = 'engagement'
        and customers.place = 1
        and not customers.is_deleted
    left join {{ ref('int_hubspot_associations') }} as associations
        on source_rows.business_id = associations.business_id
        and source_rows.id = associations.object_id
        and source_rows.other_id = associations.customer_id
        and source_rows.source_table in (associations.object || '_company', associations.object || '_contact')
    left join {{ ref('int_hubspot_deals') }} as deals_of_associations
        on associations.business_id = deals_of_associations.business_id
        and associations.object_id = deals_of_associations.deal_id
        and associations.object = 'deal'
    left join engagements_of_associations
        on associations.business_id = engagements_of_associations.business_id
        and associations.object_id = engagements_of_associations.engagement_id
        and associations.object = 'engagement'
)

{{ outcomes('judged') }}
