{# The landed rows of a table that are judged in this run: the new ones, the earlier copies of their keys, and those of
   businesses whose configuration has changed (and the copies of touches that a campaign has turned up for). All of them where all is derived anew. #}
{% macro landed_this_run(table, key) -%}
    {%- set landed = ref('landed_' ~ table) -%}
    {%- set configurations = ref('int_configurations') -%}
    {%- set published = published('base_' ~ table) -%}
    {%- set campaigns = ref('base_campaigns') if table == 'campaign_touches' -%}
{{ config(materialized='view', is_table_at_night=true) -}}
    {%- if is_rebuild() -%}
select landed.*, cast({{ refresh_id() }} as bigint) as judged_in
from {{ landed }} as landed
    {%- else -%}
with new_rows as (
    select landed.*
    from {{ landed }} as landed
    where landed.landed_in = {{ refresh_id() }}
),

new_keys as (
    select distinct {% for column in key %}{{ clean_key(column) }} as {{ column }}{{ ', ' if not loop.last }}{% endfor %}
    from new_rows
    union
    {{ keys_delivered_again(published, landed, key) }}
    {%- if campaigns %}
    union
    select {% for column in key %}judged.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ published }} as judged
    inner join {{ campaigns }} as campaigns
        on judged.business_id = campaigns.business_id and judged.campaign_id = campaigns.campaign_id
    where campaigns.judged_in = {{ refresh_id() }} and judged.reason_rejected = 'unknown_campaign'
    {%- endif %}
),

to_judge as (
    select row_hash
    from new_rows
    union
    select judged.row_hash
    from {{ published }} as judged
    inner join new_keys on {% for column in key %}judged.{{ column }} = new_keys.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    union
    select judged.row_hash
    from {{ published }} as judged
    inner join {{ configurations }} as configurations on judged.business_id = configurations.business_id
    where configurations.is_changed
)

select landed.*, cast({{ refresh_id() }} as bigint) as judged_in
from {{ landed }} as landed
inner join to_judge on landed.row_hash = to_judge.row_hash
    {%- endif -%}
{%- endmacro %}


{# The keys of rows that were only delivered again and may stand now: as one of several copies, or for they lacked a time of loading. #}
{% macro keys_delivered_again(published, landed, key) -%}
    select {{ key | join(', ') }}
    from {{ published }}
    where ({{ key | join(', ') }}) in (
        select {% for column in key %}again.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
        from {{ published }} as again
        inner join {{ landed }} as landed on again.row_hash = landed.row_hash
        where landed.delivered_in = {{ refresh_id() }} and landed.landed_in < {{ refresh_id() }}
    )
    group by {{ key | join(', ') }}
    having count(*) > 1 or max(reason_rejected) = 'invalid_loaded_at'
{%- endmacro %}
