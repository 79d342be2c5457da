{%- set kinds = ['meeting', 'call'] -%}
with read_engagements as (
    {%- for kind in kinds %}
    select
        business_id,
        '{{ kind }}' as kind,
        engagement_id,
        {{ utc_text('property_hs_timestamp') }} as held_at,
        {{ says_yes('_fivetran_deleted') }} as is_deleted,
        {{ utc_text('_fivetran_synced') }} as synced
    from {{ source_rows('hubspot', 'engagement_' ~ kind) }}
    where engagement_id is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

engagements as (
    select
        read_engagements.*,
        {{ parse_time('read_engagements.synced', 'businesses') }} as synced_at
    from read_engagements
    left join {{ ref('stg_businesses') }} as businesses on read_engagements.business_id = businesses.business_id
),

numbered as (
    select
        *,
        {{ copy_number(['kind', 'engagement_id'], ['held_at']) }} as copy_number
    from engagements
)

select
    business_id,
    kind,
    engagement_id,
    held_at,
    is_deleted,
    synced_at
from numbered
where copy_number = 1
