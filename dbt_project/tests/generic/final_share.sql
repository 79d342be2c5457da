{# A rate that is null until it is final; then it and its interval are as those of any share. #}
{% test final_share(model, rate, numerator, denominator) %}
select *
from {{ model }}
where (
    case
        when {{ rate }} is null then {{ rate }}_low is null and {{ rate }}_high is null
        else
            ({{ denominator }}) > 0
            and abs({{ rate }} - cast({{ numerator }} as double precision) / ({{ denominator }})) <= 1e-12
            and 0 <= {{ rate }}_low and {{ rate }}_low <= {{ rate }} and {{ rate }} <= {{ rate }}_high and {{ rate }}_high <= 1
    end
) is not true
{% endtest %}
