{# One row for each key, and no part of a key missing, but for those in `nullable`, in which null means something. #}
{% test unique_key(model, columns, nullable=[], of=none) %}
select
    {{ columns | join(', ') }},
    count(*) as copies
from {{ rows_to_test(model, of, columns[-1]) }} as tested
group by {{ columns | join(', ') }}
having count(*) > 1{% for column in columns if column not in nullable %} or {{ column }} is null{% endfor %}
{% endtest %}
