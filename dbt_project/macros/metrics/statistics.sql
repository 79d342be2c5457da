{# A share or ratio of counts; null if the denominator is 0. #}
{% macro share(numerator, denominator) -%}
    cast({{ numerator }} as {{ type_double() }}) / nullif({{ denominator }}, 0)
{%- endmacro %}

{# The normal quantile of a two-sided 95 % interval. #}
{% macro z_95() %}{{ return('1.959963984540054') }}{% endmacro %}

{# The bounds of the 95 % Wilson score interval of a share, kept within 0 and 1 despite rounding; `side` is 'low' or 'high'. #}
{% macro wilson(numerator, denominator, side) -%}
    {%- set z = z_95() -%}
    {%- set n = 'cast(nullif(' ~ denominator ~ ', 0) as ' ~ type_double() ~ ')' -%}
    {%- set p = '(' ~ share(numerator, denominator) ~ ')' -%}
    {%- set centre = '(' ~ p ~ ' + ' ~ z ~ ' * ' ~ z ~ ' / (2 * ' ~ n ~ '))' -%}
    {%- set half = '(' ~ z ~ ' * sqrt(' ~ p ~ ' * (1 - ' ~ p ~ ') / ' ~ n ~ ' + ' ~ z ~ ' * ' ~ z ~ ' / (4 * ' ~ n ~ ' * ' ~ n ~ ')))' -%}
    {%- set scale = '(1 + ' ~ z ~ ' * ' ~ z ~ ' / ' ~ n ~ ')' -%}
    {%- if side == 'low' -%}
    case when {{ numerator }} = 0 and {{ denominator }} > 0 then 0.0 else ({{ centre }} - {{ half }}) / {{ scale }} end
    {%- else -%}
    case when {{ numerator }} = {{ denominator }} and {{ denominator }} > 0 then 1.0 else ({{ centre }} + {{ half }}) / {{ scale }} end
    {%- endif -%}
{%- endmacro %}

{# A share with its interval, as three columns. #}
{% macro share_with_interval(name, numerator, denominator) -%}
    {{ share(numerator, denominator) }} as {{ name }},
    {{ wilson(numerator, denominator, 'low') }} as {{ name }}_low,
    {{ wilson(numerator, denominator, 'high') }} as {{ name }}_high
{%- endmacro %}

{# The same for a rate that grows until its window is over: null until it is final. #}
{% macro share_once_final(name, numerator, denominator, is_final) -%}
    case when {{ is_final }} then {{ share(numerator, denominator) }} end as {{ name }},
    case when {{ is_final }} then {{ wilson(numerator, denominator, 'low') }} end as {{ name }}_low,
    case when {{ is_final }} then {{ wilson(numerator, denominator, 'high') }} end as {{ name }}_high
{%- endmacro %}
