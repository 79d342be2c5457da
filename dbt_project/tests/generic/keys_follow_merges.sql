{# Everyone counts under the key of the customer they are merged into, and who is merged into nobody under their own. #}
{% test keys_follow_merges(model) %}
select
    people.*,
    counted_as.customer_id as counted_as,
    survivors.survivor_id
from {{ model }} as people
left join {{ model }} as counted_as on people.customer_key = counted_as.person_key
left join {{ ref('int_merge_targets') }} as survivors
    on people.business_id = survivors.business_id and people.customer_id = survivors.customer_id
where (
    counted_as.business_id = people.business_id
    and counted_as.customer_id = coalesce(survivors.survivor_id, people.customer_id)
    and counted_as.customer_key = counted_as.person_key
) is not true
{% endtest %}
