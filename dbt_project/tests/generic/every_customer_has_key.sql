{# Every customer with a current event, touch, answer or priced contract that was validated in this run has a key; earlier runs checked the other rows. #}
{% test every_customer_has_key(model) %}
with people as (
    {%- for table in ['stg_events', 'stg_campaign_touches', 'stg_survey_responses', 'stg_contracts'] %}
    select current_rows.business_id, current_rows.customer_id
    from {{ ref(table) }} as current_rows
    where current_rows.validated_in = {{ refresh_id() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select business_id, customer_id
from people
except
select business_id, customer_id
from {{ model }}
{% endtest %}
