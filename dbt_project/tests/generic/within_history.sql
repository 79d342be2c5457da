{# The date lies between the start of the business's history and the last date counted. #}
{% test within_history(model, column) %}
select dated.*
from {{ model }} as dated
left join {{ ref('dim_business') }} as businesses on dated.business_id = businesses.business_id
where (dated.{{ column }} between businesses.history_starts_on and businesses.as_of_date) is not true
{% endtest %}
