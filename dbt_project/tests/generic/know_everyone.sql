{# Everyone with an event that stands and was judged in this run has a key; in any run before, the same was seen. #}
{% test know_everyone(model) %}
select events.business_id, events.customer_id
from {{ ref('stg_events') }} as events
inner join {{ ref('int_this_refresh') }} as refresh on events.judged_in = refresh.refresh_id
except
select business_id, customer_id
from {{ model }}
{% endtest %}
