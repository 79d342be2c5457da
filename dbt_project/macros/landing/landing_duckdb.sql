{# On DuckDB the landing is a folder of files. A refresh lists copies of those that are new, with their columns, in `new_files`, and
   the others without; a plain dbt build, which has no such listing, reads whatever is there and takes it to have the declared columns. #}
{% macro duckdb__landing_scans(table) %}
    {% set scans = listed_scans(table) if var('new_files') else declared_scans(table) %}
    {% if not scans and landing_contract(table).config.meta.get('required') and load_relation(this) is none %}
        {% do exceptions.raise_compiler_error("No landing table '" ~ table ~ "' in " ~ landing_folder() ~ ". Put your events there, or name the folder that has them.") %}
    {% endif %}
    {{ return(scans) }}
{% endmacro %}


{# The listing as a relation. #}
{% macro listed_files() -%}
    read_json({{ text_literal(var('new_files')) }}, format = 'array',
        columns = {'landing_table': 'VARCHAR', 'digest': 'VARCHAR', 'path': 'VARCHAR', 'separator': 'VARCHAR', 'columns': 'JSON'})
{%- endmacro %}


{# One scan for all files of the same columns: each is read by its own header, never by guessing. #}
{% macro listed_scans(table) %}
    {% set files %}
        select separator, cast(columns as varchar) as columns, to_json(list(path order by path)) as paths
        from {{ listed_files() }}
        where landing_table = {{ text_literal(table) }} and columns <> '[]'
        group by all
        order by min(path)
    {% endset %}
    {% set scans = [] %}
    {% for file in run_query(files).rows %}
        {% set columns = fromjson(file['columns']) %}
        {% set kept = {} %}
        {% set selected = [] %}
        {% for column in columns if column.name is not none %}
            {% do kept.update({column.name: column.type}) %}
            {% do selected.append(quoted(column.source) ~ ' as ' ~ quoted(column.name)) %}
        {% endfor %}
        {% set paths = fromjson(file['paths']) %}
        {% set relation = text_relation(paths, columns, file['separator']) if file['separator'] else 'read_parquet(' ~ text_list(paths) ~ ')' %}
        {% do scans.append({'columns': kept, 'relation': '(select ' ~ selected | join(', ') ~ ' from ' ~ relation ~ ')'}) %}
    {% endfor %}
    {{ return(scans) }}
{% endmacro %}


{% macro text_relation(paths, columns, separator) -%}
    read_csv({{ text_list(paths) }}, auto_detect = false, header = true, delim = {{ text_literal(separator) }}, {{ text_dialect() }},
        columns = { {%- for column in columns %}{{ text_literal(column.source) }}: 'VARCHAR'{{ ', ' if not loop.last }}{% endfor -%} })
{%- endmacro %}

{% macro text_dialect() %}quote = '"', escape = '"', ignore_errors = true, store_rejects = true, rejects_limit = 0{% endmacro %}


{% macro declared_scans(table) %}
    {% set contract = landing_contract(table) %}
    {% set columns = {} %}
    {% for name in contract.columns.keys() | list + (var('segments') if contract.config.meta.get('keeps_other_columns') else []) %}
        {% do columns.update({name: 'VARCHAR'}) %}
    {% endfor %}
    {% set missing %}select {% for name in columns %}cast(null as varchar) as {{ quoted(name) }}{{ ', ' if not loop.last }}{% endfor %} where false{% endset %}
    {% set scans = [] %}
    {% set relations = [] %}
    {% for path in landing_paths(table, 'csv') %}
        {% do relations.append('read_csv(' ~ text_literal(path) ~ ", header = true, all_varchar = true, delim = ',', " ~ text_dialect() ~ ')') %}
    {% endfor %}
    {% set parquet = landing_paths(table, 'parquet') %}
    {% if parquet %}{% do relations.append('read_parquet(' ~ text_list(parquet) ~ ', union_by_name = true)') %}{% endif %}
    {% for relation in relations %}
        {# Plain SQL has no words for it, so where models are linted they are left out. #}
        {% set by_name = '' if var('is_linted', false) else 'by name ' %}
        {% do scans.append({'columns': columns, 'relation': '(select * from ' ~ relation ~ ' union all ' ~ by_name ~ missing ~ ')'}) %}
    {% endfor %}
    {{ return(scans) }}
{% endmacro %}


{% macro landing_paths(table, extension) %}
    {% set paths = [] %}
    {% for pattern in [table ~ '.' ~ extension, table ~ '/**/*.' ~ extension] %}
        {% set found = run_query("select file from glob(" ~ text_literal(landing_folder() ~ '/' ~ pattern) ~ ") order by file") %}
        {% do paths.extend(found.columns[0].values()) %}
    {% endfor %}
    {{ return(paths) }}
{% endmacro %}


{% macro landing_folder() %}
    {{ return(var('landing') or env_var('WINBACK_LANDING', '') or (flags.PROJECT_DIR or '.') ~ '/../.winback/landing') }}
{% endmacro %}


{# DuckDB kept what it could not read as a row while it built the table, on this very connection. #}
{% macro duckdb__add_malformed_lines() %}
    {% set kept = run_query("select count(*) from duckdb_tables() where temporary and table_name = 'reject_errors'") %}
    {% if kept.columns[0].values()[0] == 0 %}{{ return('') }}{% endif %}
    insert into {{ this }} (row_hash, malformed_line, landed_in)
    select lines.row_hash, lines.line_text, refresh.refresh_id
    from (
        select distinct {{ malformed_hash('line_text') }} as row_hash, line_text
        from (select coalesce(csv_line, 'line ' || line || ': ' || error_message) as line_text from reject_errors) as errors
    ) as lines
    cross join {{ ref('int_this_refresh') }} as refresh
    where not exists (select 1 from {{ this }} as known where known.row_hash = lines.row_hash);
    drop table reject_errors;
    drop table reject_scans;
{% endmacro %}


{# DuckDB can read and write in these folders alone: whatever a value or name from outside might make it do. Settings of a running
   database, so the last thing of `on-run-start`. #}
{% macro duckdb__confine(folders) -%}
    set global allowed_directories = {{ text_list(folders) }};
    set global allow_community_extensions = false;
    set global enable_external_access = false
{%- endmacro %}
