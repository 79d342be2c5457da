-- Everyone with an event, a touch or an answer, under the key of the customer they were merged into: integers make the windows cheap. A key once
-- given stays, and nothing but joins hangs on its order.
{{ config(materialized='incremental', incremental_strategy=strategy('delete+insert'), unique_key=['business_id', 'customer_id']) }}
with known as (
    {%- if is_incremental() %}
    select * from {{ this }}
    {%- else %}
    select cast(null as {{ dbt.type_string() }}) as business_id, cast(null as {{ dbt.type_string() }}) as customer_id, 0 as person_key, 0 as customer_key
    where 1 = 0
    {%- endif %}
),

people as (
    {%- for table in ['stg_events', 'stg_campaign_touches', 'stg_survey_responses'] %}
    select current_rows.business_id, current_rows.customer_id
    from {{ ref(table) }} as current_rows
    {%- if is_incremental() %}
    where current_rows.validated_in = {{ refresh_id() }}
    {%- endif %}
    union
    {%- endfor %}
    select business_id, survivor_id
    from {{ ref('int_merge_targets') }}
),

numbered as (
    select business_id, customer_id, person_key
    from known
    union all
    select
        people.business_id,
        people.customer_id,
        cast(
            (select coalesce(max(earlier.person_key), 0) from known as earlier)
            + row_number() over (order by people.business_id, people.customer_id) as integer
        )
    from people
    left join known on people.business_id = known.business_id and people.customer_id = known.customer_id
    where known.person_key is null
),

merged as (
    select
        numbered.business_id,
        numbered.customer_id,
        numbered.person_key,
        coalesce(into_whom.person_key, numbered.person_key) as customer_key
    from numbered
    left join {{ ref('int_merge_targets') }} as survivors
        on numbered.business_id = survivors.business_id and numbered.customer_id = survivors.customer_id
    left join numbered as into_whom
        on survivors.business_id = into_whom.business_id and survivors.survivor_id = into_whom.customer_id
)

select
    merged.business_id,
    merged.customer_id,
    merged.person_key,
    merged.customer_key,
    known.customer_key as previous_customer_key,
    cast({{ refresh_id() }} as bigint) as keyed_in
from merged
left join known on merged.person_key = known.person_key
where known.customer_key is distinct from merged.customer_key
