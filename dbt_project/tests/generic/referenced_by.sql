{# Whoever names a row of this table finds it: a foreign key, told by the table that is referred to, so that one test serves all
   who refer. `by` gives each of them with its columns, in the order of `key`; a null names nothing. #}
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
