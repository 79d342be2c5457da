-- The customers who are recomputed in this run: those with a row that was validated in it, whatever its status; those with an event that a void
-- names, or with changed attributes; both customers of a merge that is new or undone; and all customers of a business in which a segment now has
-- too many values, or no longer has. Rows determine who is affected, never times. The policy is included, so that the lifecycle needs only one
-- join.
{% set keys = ref('int_customer_keys') -%}
{%- set attributes = ref('stg_customers') -%}
{%- set published_segments = published('customer_segments') -%}
{%- set wide_segments = ref('int_wide_segments') -%}
{%- set segments = available_segments() -%}
{%- set tables = ['events', 'campaign_touches', 'survey_responses', 'contracts'] -%}
{%- for table in tables %}{% do ref('base_' ~ table) %}{% endfor -%}
with
{%- if is_rebuild() %}
affected as (
    select customer_key
    from {{ keys }}
    where person_key = customer_key
)
{%- else %}
people as (
    {%- for table in tables %}
    select validated.business_id, validated.customer_id
    from {{ ref('base_' ~ table) }} as validated
    where validated.validated_in = {{ refresh_id() }}
    union
    {%- endfor %}
    select targets.business_id, targets.customer_id
    from {{ ref('base_events') }} as targets
    inner join {{ ref('base_events') }} as voids
        on targets.business_id = voids.business_id and targets.event_id = voids.voids_event_id
    where voids.validated_in = {{ refresh_id() }}
    {%- if segments %}
    union
    -- If the customers table is delivered whole every night, all its rows are new, but most have the same attributes.
    select attributes.business_id, attributes.customer_id
    from {{ attributes }} as attributes
    inner join {{ keys }} as keys on attributes.business_id = keys.business_id and attributes.customer_id = keys.customer_id
    inner join {{ published_segments }} as before on keys.person_key = before.customer_key
    where
        attributes.validated_in = {{ refresh_id() }}
        and (
            {%- for segment in segments %}
            coalesce(attributes.{{ quoted(segment) }}, '(none)') <> before.{{ quoted(segment) }}{{ ' or' if not loop.last }}
            {%- endfor %}
        )
    {%- endif %}
),

affected as (
    select keys.customer_key
    from people
    inner join {{ keys }} as keys on people.business_id = keys.business_id and people.customer_id = keys.customer_id
    union
    select keys.customer_key
    from {{ keys }} as keys
    where keys.keyed_in = {{ refresh_id() }}
    union
    select keys.previous_customer_key
    from {{ keys }} as keys
    where keys.keyed_in = {{ refresh_id() }}
    {%- for segment in segments %}
    union
    -- A segment that did not divide the published customers is null.
    select before.customer_key
    from {{ published_segments }} as before
    left join {{ wide_segments }} as wide on before.business_id = wide.business_id and wide.segment = {{ text_literal(segment) }}
    where (before.{{ quoted(segment) }} is null) <> (wide.segment is not null)
    {%- endfor %}
)
{%- endif %}

-- A removed business has rows to replace, but no policy.
select
    keys.person_key as customer_key,
    keys.business_id,
    keys.customer_id,
    businesses.dormant_after_days,
    businesses.former_after_days,
    businesses.prospect_dormant_after_days,
    businesses.recovery_days
from affected
inner join {{ keys }} as keys on affected.customer_key = keys.person_key
left join {{ ref('stg_businesses') }} as businesses on keys.business_id = businesses.business_id
