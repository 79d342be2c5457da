{# On-run-end: for each failed test that names its faults (`broken_rule`), log these faults, one per line, without any row data. #}
{% macro report_broken_rules(results) %}
    {% for result in results if execute and result.status == 'fail' and 'broken_rule' in (result.node.compiled_code or '') %}
        {% set table = (result.node.attached_node or result.node.name).split('.')[-1] %}
        {% for fault, rows in run_query(result.node.compiled_code).rows %}
            {% do log(table ~ ': ' ~ fault ~ ' (' ~ rows | int ~ (' row)' if rows == 1 else ' rows)'), info=true) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
