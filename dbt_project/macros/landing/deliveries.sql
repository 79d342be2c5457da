{# Rows that differ only in `loaded_at` are one landed row with the greatest `loaded_at` delivered. So the same export, delivered every night, lands
   no rows, and a value that returns becomes current again. `landed_in` is the refresh in which a row first arrived; `delivered_in` is the last
   refresh that delivered it with a greater `loaded_at`. #}

{# When a row was delivered; the current time if its file does not give one. #}
{% macro delivered_at(scan) -%}
    {%- set now = text_literal(run_started_at.strftime('%Y-%m-%d %H:%M:%SZ')) -%}
    {%- set is_optional = scan.is_loaded_by_us or scan.is_connected -%}
    {%- set own = now if 'loaded_at' not in scan.columns else 'coalesce(loaded_at, ' ~ now ~ ')' if is_optional else "coalesce(loaded_at, '')" -%}
    {{ 'case when malformed_line is null then ' ~ own ~ ' end' if scan.has_malformed_lines else own }}
{%- endmacro %}

{# Whether a known row may have been delivered again. A file shows this by its `loaded_at`, or by being a new file in the listing. A server's table is
   read whole in each refresh, so a row without `loaded_at` does not show it. #}
{% macro is_delivered_anew(scan) -%}
    {%- if 'loaded_at' not in scan.columns -%}{{ 'true' if var('listing') else 'false' }}
    {%- elif scan.is_loaded_by_us -%}loaded_at is not null and malformed_line is null
    {%- elif scan.is_connected -%}{{ 'true' if var('listing') else 'loaded_at is not null' }}
    {%- else -%}true
    {%- endif -%}
{%- endmacro %}


{# Keep one delivery of each row, for engines that cannot update a table after it is built. #}
{% macro one_delivery_each(relation) %}{{ return(adapter.dispatch('one_delivery_each', 'winback')(relation)) }}{% endmacro %}
{% macro default__one_delivery_each(relation) %}select * from {{ relation }}{% endmacro %}
{% macro spark__one_delivery_each(relation) -%}
    select *
    from (
        select deliveries.*, row_number() over (partition by row_hash order by {{ delivery_order() }}) as winback_place
        from {{ relation }} as deliveries
        left join {{ ref('stg_businesses') }} as businesses on deliveries.business_id = businesses.business_id
    ) as ranked
    where winback_place = 1
{%- endmacro %}

{# Sort the latest delivery first. #}
{% macro delivery_order() %}{{ parse_time('deliveries.loaded_at', 'businesses') }} desc nulls last{% endmacro %}


{# Post-hook: of identical rows, keep the first landed, with the values of the latest delivery. Finding the few duplicates by hash is much cheaper
   than comparing all rows. #}
{% macro keep_latest_deliveries() %}
    {% if execute %}{{ return(adapter.dispatch('keep_latest_deliveries', 'winback')()) }}{% endif %}
{% endmacro %}
{% macro spark__keep_latest_deliveries() %}{% endmacro %}
{% macro default__keep_latest_deliveries() %}
    {%- set new = 'select row_hash from ' ~ this ~ ' where landed_in = ' ~ refresh_id() -%}
    {%- set is_first = run_query('select count(*) from ' ~ this ~ ' where landed_in < ' ~ refresh_id()).columns[0].values()[0] == 0 -%}
    {%- set repeated -%}
        select row_hash
        from {{ this }}
        {{ 'where row_hash in (' ~ new ~ ')' if not is_first }}
        group by row_hash
        having count(*) > 1
    {%- endset -%}
    {% if run_query('select 1 from (' ~ repeated ~ ') as repeated limit 1') | length == 0 %}{{ return('') }}{% endif %}
    update {{ this }} as landed
    set loaded_at = latest.loaded_at, delivered_in = latest.delivered_in
    from (
        select deliveries.row_hash, deliveries.loaded_at, deliveries.delivered_in,
            row_number() over (partition by deliveries.row_hash order by {{ delivery_order() }}, deliveries.delivered_in) as row_num
        from {{ this }} as deliveries
        left join {{ ref('stg_businesses') }} as businesses on deliveries.business_id = businesses.business_id
        where deliveries.row_hash in ({{ repeated }})
    ) as latest
    where latest.row_num = 1 and landed.row_hash = latest.row_hash and landed.loaded_at <> latest.loaded_at;
    delete from {{ this }}
    where {{ row_place() }} in (
        select winback_row
        from (
            select {{ row_place() }} as winback_row, row_number() over (partition by row_hash order by landed_in, {{ row_place() }}) as row_num
            from {{ this }}
            where row_hash in ({{ repeated }})
        ) as copies
        where row_num > 1
    )
{% endmacro %}

{# The physical address of a row in its table. #}
{% macro row_place() %}{{ return(adapter.dispatch('row_place', 'winback')()) }}{% endmacro %}
{% macro default__row_place() %}rowid{% endmacro %}
{% macro postgres__row_place() %}ctid{% endmacro %}
