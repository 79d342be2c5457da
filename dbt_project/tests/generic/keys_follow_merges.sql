{# A merged customer has the key of the customer they are merged into; a customer who is not merged has their own key. #}
{% test keys_follow_merges(model) %}
select
    people.*,
    counted_as.customer_id as counted_as,
    merges.survivor_id
from {{ model }} as people
left join {{ model }} as counted_as on people.customer_key = counted_as.person_key
left join {{ ref('int_merge_targets') }} as merges
    on people.business_id = merges.business_id and people.customer_id = merges.customer_id
where (
    counted_as.business_id = people.business_id
    and counted_as.customer_id = coalesce(merges.survivor_id, people.customer_id)
    and counted_as.customer_key = counted_as.person_key
) is not true
{% endtest %}
