{% set languages = ['en', 'it', 'sv', 'nl', 'de'] -%}
{%- set said = ['metric', 'place', 'table_name', 'unit', 'formula', 'numerator', 'denominator', 'null_rule'] -%}
-- Formulas and units come from the columns that define the metrics (macros/metrics/catalogue.sql), texts from their seed.
with figures ({{ said | join(', ') }}) as (
    values
    {%- for figure in figures() %}
    (
        {%- for name in said %}{% set value = figure[name] %}
        {{ 'null' if value is none or value is undefined else value if name == 'place' else text_literal(value) }}{{ ',' if not loop.last }}
        {%- endfor %}
    ){{ ',' if not loop.last }}
    {%- endfor %}
),

texts as (
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
    figures.metric,
    figures.place,
    figures.table_name,
    figures.unit,
    figures.formula,
    figures.numerator,
    figures.denominator,
    figures.null_rule
    {%- for language in languages %},
    texts.label_{{ language }},
    texts.definition_{{ language }}
    {%- endfor %}
from figures
left join texts on figures.metric = texts.name
