{# The customer-days contain as many events as this run's customers have that are current, act on them and are not voided: no join loses or duplicates
   an event. #}
{% test every_event_kept(model) %}
with effective as (
    select events.business_id, events.event_id
    from {{ ref('stg_events') }} as events
    {%- if not (execute and is_rebuild()) %}
    inner join {{ ref('int_affected_people') }} as people
        on events.business_id = people.business_id and events.customer_id = people.customer_id
    {%- endif %}
    where
        events.kind not in ('void', 'ignore')
        and not exists (
            select 1
            from {{ ref('stg_events') }} as voids
            where
                voids.kind = 'void'
                and voids.business_id = events.business_id
                and voids.voids_event_id = events.event_id
        )
),

counts as (
    select
        (select count(*) from effective) as expected,
        (select coalesce(sum(days.events), 0) from {{ rows_to_test(model, 'affected') }} as days) as found
)

select *
from counts
where expected <> found
{% endtest %}
