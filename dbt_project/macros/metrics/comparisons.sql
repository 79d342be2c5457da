{# Comparison of two shares, one of a treated group (returned, n) and one of a control group. #}

{# The two-sided p-value of the column `z`: the probability that a standard normal variable is as far from 0. Only one engine has erfc, so this uses
   Hart's rational approximation (West 2005), and a continued fraction in the far tail; even the smallest values have nine correct digits. #}
{% macro normal_p_value(z) -%}
    {%- set x = 'abs(' ~ z ~ ')' -%}
    case
        when {{ x }} > 37 then 0.0
        when {{ x }} < 6
            then
                2 * exp(-{{ x }} * {{ x }} / 2)
                * ((((((0.0352624965998911
                    * {{ x }} + 0.700383064443688)
                    * {{ x }} + 6.37396220353165)
                    * {{ x }} + 33.912866078383)
                    * {{ x }} + 112.079291497871)
                    * {{ x }} + 221.213596169931)
                    * {{ x }} + 220.206867912376)
                / (((((((0.0883883476483184
                    * {{ x }} + 1.75566716318264)
                    * {{ x }} + 16.064177579207)
                    * {{ x }} + 86.7807322029461)
                    * {{ x }} + 296.564248779674)
                    * {{ x }} + 637.333633378831)
                    * {{ x }} + 793.826512519948)
                    * {{ x }} + 440.413735824752)
        else
            2 * exp(-{{ x }} * {{ x }} / 2)
            / ({{ x }} + 1 / ({{ x }} + 2 / ({{ x }} + 3 / ({{ x }} + 4 / ({{ x }} + 5 / ({{ x }} + 6 / ({{ x }} + 7 / ({{ x }} + 8 / ({{ x }} + 0.65)))))))))
            / 2.5066282746310002
    end
{%- endmacro %}

{# The effect of a lift: incremental returns, and the cost of each; the cost is null if there are no incremental returns. #}
{% macro incremental(lift, treated, cost) -%}
    {{ lift }} * {{ treated }} as incremental_returns,
    case when {{ lift }} * {{ treated }} > 0 then {{ cost }} / ({{ lift }} * {{ treated }}) end as cost_per_incremental_return
{%- endmacro %}

{# The return rate of the observed customers with its interval, as three columns. It is null for customers who are already active, because they cannot
   return. #}
{% macro return_rate_of_observed() -%}
    {{ share_with_interval('return_rate', 'returned', "(case when target_state <> 'active' then observed end)") }}
{%- endmacro %}

{# Newcombe's hybrid score interval of the difference of two shares, from the Wilson bounds of each share, without continuity correction. #}
{% macro newcombe(rate, control_rate, side) -%}
    {%- if side == 'low' -%}
    ({{ rate }} - {{ control_rate }}) - sqrt(power({{ rate }} - {{ rate }}_low, 2) + power({{ control_rate }}_high - {{ control_rate }}, 2))
    {%- else -%}
    ({{ rate }} - {{ control_rate }}) + sqrt(power({{ rate }}_high - {{ rate }}, 2) + power({{ control_rate }} - {{ control_rate }}_low, 2))
    {%- endif -%}
{%- endmacro %}

{# The variance of the difference of two shares, if both groups had their pooled share; null if the pooled share is 0 or 1. #}
{% macro pooled_variance(returned, n, control_returned, control_n) -%}
    {%- set pooled = share('(' ~ returned ~ ' + ' ~ control_returned ~ ')', '(' ~ n ~ ' + ' ~ control_n ~ ')') -%}
    nullif({{ pooled }} * (1 - {{ pooled }}) * (1 / cast(nullif({{ n }}, 0) as {{ type_double() }}) + 1 / cast(nullif({{ control_n }}, 0) as {{ type_double() }})), 0)
{%- endmacro %}
