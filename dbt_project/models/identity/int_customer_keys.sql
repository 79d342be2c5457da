-- Every person with an event, a touch, an answer or a priced contract, with the key of the customer they were merged into. Integer keys make window functions cheap. A
-- key never changes once assigned, and only joins use it, so its order does not matter.
{{ config(materialized='incremental', incremental_strategy=strategy('delete+insert'), unique_key=['business_id', 'customer_id']) }}
with existing_keys as (
    {%- if is_incremental() %}
    select * from {{ this }}
    {%- else %}
    select cast(null as {{ dbt.type_string() }}) as business_id, cast(null as {{ dbt.type_string() }}) as customer_id, 0 as person_key, 0 as customer_key
    where 1 = 0
    {%- endif %}
),

people as (
    {%- for table in ['stg_events', 'stg_campaign_touches', 'stg_survey_responses', 'stg_contracts'] %}
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

person_keys as (
    select business_id, customer_id, person_key
    from existing_keys
    union all
    select
        people.business_id,
        people.customer_id,
        cast(
            (select coalesce(max(earlier.person_key), 0) from existing_keys as earlier)
            + row_number() over (order by people.business_id, people.customer_id) as integer
        )
    from people
    left join existing_keys on people.business_id = existing_keys.business_id and people.customer_id = existing_keys.customer_id
    where existing_keys.person_key is null
),

customer_keys as (
    select
        person_keys.business_id,
        person_keys.customer_id,
        person_keys.person_key,
        coalesce(merge_targets.person_key, person_keys.person_key) as customer_key
    from person_keys
    left join {{ ref('int_merge_targets') }} as merges
        on person_keys.business_id = merges.business_id and person_keys.customer_id = merges.customer_id
    left join person_keys as merge_targets
        on merges.business_id = merge_targets.business_id and merges.survivor_id = merge_targets.customer_id
)

select
    customer_keys.business_id,
    customer_keys.customer_id,
    customer_keys.person_key,
    customer_keys.customer_key,
    existing_keys.customer_key as previous_customer_key,
    cast({{ refresh_id() }} as bigint) as keyed_in
from customer_keys
left join existing_keys on customer_keys.person_key = existing_keys.person_key
where existing_keys.customer_key is distinct from customer_keys.customer_key
