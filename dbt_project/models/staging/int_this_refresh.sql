-- What this run starts from. A plain dbt build, a first one, and one after a run that stopped half-way derive everything
-- anew from the landed rows; a refresh goes on from the last one.
{% do refuse_to_go_on() -%}
{%- set refreshes = last_published('refreshes') -%}
{%- set own = load_relation(this) if execute -%}
with last as (
    {%- if refreshes %}
    select max(refresh_id) as refresh_id, {{ last_by('as_of_date', 'refresh_id') }} as as_of_date
    from {{ refreshes }}
    {%- else %}
    select 0 as refresh_id, cast(null as date) as as_of_date
    {%- endif %}
)

select
    cast(last.refresh_id + 1 as bigint) as refresh_id,
    '{{ var("run_id") or invocation_id }}' as run_id,
    '{{ var("code_version") }}' as code_version,
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp) as started_at,
    last.as_of_date as previous_as_of_date,
    as_of.as_of_date,
    {%- if own and var('run_id') and not flags.FULL_REFRESH %}
    exists (select 1 from {{ own }} as unfinished where unfinished.refresh_id > last.refresh_id) as is_rebuild
    {%- else %}
    true as is_rebuild
    {%- endif %}
from last
cross join {{ ref('int_as_of_date') }} as as_of
