{% set published_configurations = published('configurations') -%}
-- A hash of the parts of a business's configuration on which metrics depend. If it has changed, the business is recomputed.
with kinds as (
    select
        business_id,
        {{ string_agg_ordered("md5(event_name) || kind || coalesce(':' || kind_if_zero, '')", 'event_name') }} as mappings
    from {{ ref('stg_event_kinds') }}
    group by business_id
),

reasons as (
    select {{ string_agg_ordered("md5(reason) || exit_kind || md5(coalesce(category, ''))", 'reason') }} as reasons
    from {{ ref('stg_exit_reasons') }}
),

configuration_hashes as (
    select
        businesses.business_id,
        md5(concat_ws(
            ',',
            businesses.timezone,
            businesses.currency
            {%- for days in ['dormant_after_days', 'former_after_days', 'prospect_dormant_after_days', 'attribution_days', 'recovery_days'] %},
            coalesce(cast(businesses.{{ days }} as {{ dbt.type_string() }}), '')
            {%- endfor %},
            coalesce(kinds.mappings, ''),
            coalesce(reasons.reasons, ''),
            nullif(businesses.naive_times, 'utc')
        )) as configuration_hash
    from {{ ref('stg_businesses') }} as businesses
    left join kinds on businesses.business_id = kinds.business_id
    cross join reasons
)

{%- if not is_rebuild() %},

before as (
    select * from {{ published_configurations }}
    where configuration_hash is not null
)

-- A business that was removed has also changed: its rows now belong to an unknown business.
select
    coalesce(configuration_hashes.business_id, before.business_id) as business_id,
    configuration_hashes.configuration_hash,
    configuration_hashes.configuration_hash is distinct from before.configuration_hash as is_changed
from configuration_hashes
full outer join before on configuration_hashes.business_id = before.business_id
{%- else %}

select business_id, configuration_hash, true as is_changed
from configuration_hashes
{%- endif %}
