{# Each landed row is judged exactly once: a run that judges some of them again neither loses one nor keeps both judgements. #}
{% test one_judgement_each(model, landing_table) %}
select
    coalesce(landed.row_hash, judged.row_hash) as row_hash,
    count(landed.row_hash) as landed_rows,
    count(judged.row_hash) as judgements
from {{ ref('landed_' ~ landing_table) }} as landed
full outer join {{ model }} as judged on landed.row_hash = judged.row_hash
group by 1
having count(landed.row_hash) <> 1 or count(judged.row_hash) <> 1
{% endtest %}
