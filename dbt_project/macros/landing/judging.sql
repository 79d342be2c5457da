{# The landed rows of a table that are judged in this run, as the CTE `landed`: the new ones, the earlier copies of their keys, and those of
   businesses whose configuration has changed (and the copies of touches that a campaign has turned up for). All of them where all is derived
   anew, and these are read where they lie; few are looked for once. #}
{% macro landed_rows_to_judge(table, key) -%}
landed {{ inlined() if is_rebuild() else materialized() }} (
    {%- if execute and is_rebuild() %}
    select all_rows.*, cast({{ refresh_id() }} as bigint) as judged_in
    from {{ ref('landed_' ~ table) }} as all_rows
    {%- else %}
    with new_keys as (
        select distinct {% for column in key %}{{ clean_key(column) }} as {{ column }}{{ ', ' if not loop.last }}{% endfor %}
        from {{ ref('landed_' ~ table) }}
        where landed_in = {{ refresh_id() }}
        union
        {{ keys_delivered_again(table, key) }}
        {%- if table == 'campaign_touches' %}
        union
        select {% for column in key %}judged.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
        from {{ published('base_campaign_touches') }} as judged
        inner join {{ ref('base_campaigns') }} as campaigns
            on judged.business_id = campaigns.business_id and judged.campaign_id = campaigns.campaign_id
        where campaigns.judged_in = {{ refresh_id() }} and judged.reason_rejected = 'unknown_campaign'
        {%- endif %}
    ),

    to_judge as (
        select row_hash
        from {{ ref('landed_' ~ table) }}
        where landed_in = {{ refresh_id() }}
        union
        select judged.row_hash
        from {{ published('base_' ~ table) }} as judged
        inner join new_keys on {% for column in key %}judged.{{ column }} = new_keys.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
        union
        select judged.row_hash
        from {{ published('base_' ~ table) }} as judged
        inner join {{ ref('int_configurations') }} as configurations on judged.business_id = configurations.business_id
        where configurations.is_changed
    )

    select all_rows.*, cast({{ refresh_id() }} as bigint) as judged_in
    from {{ ref('landed_' ~ table) }} as all_rows
    inner join to_judge on all_rows.row_hash = to_judge.row_hash
    {%- endif %}
)
{%- endmacro %}


{# The keys of rows that were only delivered again and may stand now: as one of several copies, or for they lacked a time of loading. #}
{% macro keys_delivered_again(table, key) -%}
    select {{ key | join(', ') }}
    from {{ published('base_' ~ table) }}
    where ({{ key | join(', ') }}) in (
        select {% for column in key %}again.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
        from {{ published('base_' ~ table) }} as again
        inner join {{ ref('landed_' ~ table) }} as delivered on again.row_hash = delivered.row_hash
        where delivered.delivered_in = {{ refresh_id() }} and delivered.landed_in < {{ refresh_id() }}
    )
    group by {{ key | join(', ') }}
    having count(*) > 1 or max(reason_rejected) = 'invalid_loaded_at'
{%- endmacro %}
