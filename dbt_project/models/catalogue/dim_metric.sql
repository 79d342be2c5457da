{% set languages = ['en', 'it', 'sv', 'nl', 'de'] -%}
with texts as (
    select
        name
        {%- for language in languages %},
        max(case when language = '{{ language }}' then label end) as label_{{ language }},
        max(case when language = '{{ language }}' then definition end) as definition_{{ language }}
        {%- endfor %}
    from {{ ref('texts') }}
    where kind = 'metric'
    group by name
)

select
    metrics.metric,
    cast(metrics.place as integer) as place,
    metrics.table_name,
    metrics.unit,
    metrics.formula,
    metrics.numerator,
    metrics.denominator,
    metrics.null_rule
    {%- for language in languages %},
    texts.label_{{ language }},
    texts.definition_{{ language }}
    {%- endfor %}
from {{ ref('metrics') }} as metrics
left join texts on metrics.metric = texts.name
