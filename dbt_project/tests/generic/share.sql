{# A rate is its numerator over its denominator, null exactly where that is 0. Its 95 % interval contains it, lies within
   0 and 1, and its ends b are those of Wilson: n (rate - b)^2 = z^2 b (1 - b). With `until_final` it may be null for a while. #}
{% test share(model, rate, numerator, denominator, interval=true, until_final=false) %}
select *
from {{ model }}
where (
    case
        when ({{ denominator }}) = 0{% if until_final %} or {{ rate }} is null{% endif %} then
            {{ rate }} is null
            {%- if interval %} and {{ rate }}_low is null and {{ rate }}_high is null{% endif %}
        else
            abs({{ rate }} - cast({{ numerator }} as {{ type_double() }}) / ({{ denominator }})) <= 1e-12 * greatest(1, abs({{ rate }}))
            {%- if interval %}
            and 0 <= {{ rate }}_low and {{ rate }}_low <= {{ rate }} and {{ rate }} <= {{ rate }}_high and {{ rate }}_high <= 1
            {%- for end in [rate ~ '_low', rate ~ '_high'] %}
            and abs(({{ denominator }}) * ({{ rate }} - {{ end }}) * ({{ rate }} - {{ end }}) - 3.841458820694124 * {{ end }} * (1 - {{ end }})) <= 1e-9
            {%- endfor %}
            {%- endif %}
    end
) is not true
{% endtest %}
