{# The landed rows of a table that are judged in this run: the new ones, the earlier copies of their keys, and those of
   businesses whose configuration has changed (and touches that a campaign has turned up for). All of them where all is derived anew. #}
{% macro landed_this_run(table, key) -%}
    {%- set landed = ref('landed_' ~ table) -%}
    {%- set refresh = ref('int_this_refresh') -%}
    {%- set configurations = ref('int_configurations') -%}
    {%- set campaigns = ref('base_campaigns') if table == 'campaign_touches' -%}
{{ config(materialized='view', is_table_at_night=true) -}}
    {%- if rebuilds() -%}
select landed.*, refresh.refresh_id as judged_in
from {{ landed }} as landed
cross join {{ refresh }} as refresh
    {%- else -%}
    {%- set judged = last_published('base_' ~ table) -%}
with new_rows as (
    select landed.*
    from {{ landed }} as landed
    inner join {{ refresh }} as refresh on landed.landed_in = refresh.refresh_id
),

new_keys as (
    select distinct {% for column in key %}{{ clean(column) }} as {{ column }}{{ ', ' if not loop.last }}{% endfor %}
    from new_rows
),

to_judge as (
    select row_hash
    from new_rows
    union
    select judged.row_hash
    from {{ judged }} as judged
    inner join new_keys on {% for column in key %}judged.{{ column }} = new_keys.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    union
    select judged.row_hash
    from {{ judged }} as judged
    inner join {{ configurations }} as configurations on judged.business_id = configurations.business_id
    where configurations.is_changed
    {%- if campaigns %}
    union
    select judged.row_hash
    from {{ judged }} as judged
    inner join {{ campaigns }} as campaigns
        on judged.business_id = campaigns.business_id and judged.campaign_id = campaigns.campaign_id
    inner join {{ refresh }} as refresh on campaigns.judged_in = refresh.refresh_id
    where judged.reason_rejected = 'unknown_campaign'
    {%- endif %}
)

select landed.*, refresh.refresh_id as judged_in
from {{ landed }} as landed
inner join to_judge on landed.row_hash = to_judge.row_hash
cross join {{ refresh }} as refresh
    {%- endif -%}
{%- endmacro %}
