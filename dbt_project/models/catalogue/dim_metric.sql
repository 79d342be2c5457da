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
    formulas.metric,
    cast(formulas.place as integer) as place,
    formulas.table_name,
    formulas.unit,
    formulas.formula,
    formulas.numerator,
    formulas.denominator,
    formulas.null_rule
    {%- for language in languages %},
    texts.label_{{ language }},
    texts.definition_{{ language }}
    {%- endfor %}
from {{ ref('formulas') }} as formulas
left join texts on formulas.metric = texts.name
