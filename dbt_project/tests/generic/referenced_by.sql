{# Every reference to a row of this table finds it: a foreign-key test, declared at the referenced table, so that one test covers all referring
   tables. `by` gives each of them with its columns, in the order of `key`; a null refers to nothing. #}
{% test referenced_by(model, key, by) %}
{%- for table, columns in by.items() %}
select distinct '{{ table }}' as referring_table, referring.{{ columns[-1] }} as named
from {{ ref(table) }} as referring
where
    not exists (
        select 1
        from {{ model }} as referred
        where {% for column in columns %}referred.{{ key[loop.index0] }} = referring.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    )
    {%- for column in columns %}
    and referring.{{ column }} is not null
    {%- endfor %}
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endtest %}
