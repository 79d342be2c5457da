{# A customer's movements begin with `new`, from 0, and each begins at the amount that the previous one left. Returns the movements that do not. #}
{% test movements_are_consecutive(model) %}
select *
from (
    select
        *,
        coalesce(lag(mrr_after) over movements, 0) as mrr_left,
        row_number() over movements as row_num
    from {{ model }}
    window movements as (partition by business_id, customer_id order by moved_on)
) as followed
where (mrr_before = mrr_left and (movement = 'new') = (row_num = 1)) is not true
{% endtest %}
