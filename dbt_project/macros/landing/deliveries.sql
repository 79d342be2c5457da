{# Rows that differ in `loaded_at` alone are one landed row, with the greatest that was delivered: the same export every night lands
   nothing, and a value that returns stands again. `landed_in` is the refresh in which a row first came, `delivered_in` the one that
   delivered it last with a greater `loaded_at`. #}

{# When a row was delivered; where its file does not say so, now. #}
{% macro delivered_at(scan) -%}
    {%- set now = text_literal(run_started_at.strftime('%Y-%m-%d %H:%M:%SZ')) -%}
    {%- set own = now if 'loaded_at' not in scan.columns else "coalesce(loaded_at, '')" if not scan.is_loaded_by_us else 'coalesce(loaded_at, ' ~ now ~ ')' -%}
    {{ 'case when malformed_line is null then ' ~ own ~ ' end' if scan.has_malformed_lines else own }}
{%- endmacro %}

{# Whether a known row may have come again: said by its file, or by a listing of files that were not there before. A table of a server,
   which is read whole each time, says so of no row without a `loaded_at`. #}
{% macro is_delivered_anew(scan) -%}
    {%- if 'loaded_at' not in scan.columns -%}{{ 'true' if var('listing') else 'false' }}
    {%- elif scan.is_loaded_by_us -%}loaded_at is not null and malformed_line is null
    {%- else -%}true
    {%- endif -%}
{%- endmacro %}


{# One delivery of each row, where a table cannot be mended once it is there. #}
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

{# The latest delivery first. #}
{% macro delivery_order() %}{{ parse_time('deliveries.loaded_at', 'businesses') }} desc nulls last{% endmacro %}


{# Post-hook: of rows that are the same, keep the first, as delivered last. To find the few by their hash is much cheaper than to
   compare all. #}
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

{# Where a row lies in its table. #}
{% macro row_place() %}{{ return(adapter.dispatch('row_place', 'winback')()) }}{% endmacro %}
{% macro default__row_place() %}rowid{% endmacro %}
{% macro postgres__row_place() %}ctid{% endmacro %}
