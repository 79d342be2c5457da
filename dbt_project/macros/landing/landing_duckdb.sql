{# On DuckDB the landing is a folder of files. A refresh lists in `landing_scans` what to read: copies of the new files, grouped into one scan per set
   of columns; each file is read by its own header, never by type inference. A plain dbt build reads all existing files through views that it creates
   at the start, and assumes that they have the declared columns. #}
{% macro duckdb__given_scans(table, given) %}
    {% set scans = [] %}
    {% for scan in given %}
        {% set kept = {} %}
        {% set selected = [] %}
        {% for column in scan.columns if column.name is not none %}
            {% do kept.update({column.name: column.type}) %}
            {% do selected.append(quoted(column.source) ~ ' as ' ~ quoted(column.name)) %}
        {% endfor %}
        {% set files = scan.get('file_column') %}
        {% if files %}
            {% do kept.update({files: 'VARCHAR'}) %}
            {% do selected.append(quoted(files)) %}
        {% endif %}
        {% set named = ', filename = ' ~ text_literal(files) if files else '' %}
        {% set relation = text_relation(scan, named) if scan.separator else 'read_parquet(' ~ text_list(scan.paths) ~ named ~ ')' %}
        {% do scans.append({'columns': kept, 'relation': '(select ' ~ selected | join(', ') ~ ' from ' ~ relation ~ ')'}) %}
    {% endfor %}
    {{ return(scans) }}
{% endmacro %}


{% macro text_relation(scan, options='') -%}
    read_csv({{ text_list(scan.paths) }}, auto_detect = false, header = true, delim = {{ text_literal(scan.separator) }}, {{ text_dialect() }}{{ options }},
        columns = { {%- for column in scan.columns %}{{ text_literal(column.source) }}: 'VARCHAR'{{ ', ' if not loop.last }}{% endfor -%} })
{%- endmacro %}

{% macro text_dialect() %}quote = '"', escape = '"', ignore_errors = true, store_rejects = true, rejects_limit = 0{% endmacro %}


{# On-run-start of a plain dbt build: create a view of each landing table over the existing files. #}
{% macro duckdb__view_landing() %}
    {% for table in landing_tables() %}
        {% set view = source('landing', table).include(database=false) %}
        {% set names = declared_columns(table) %}
        {% set missing %}select {% for name in names %}cast(null as varchar) as {{ quoted(name) }}{{ ', ' if not loop.last }}{% endfor %} where false{% endset %}
        {% set relations = [] %}
        {% for path in landing_paths(table, 'csv') %}
            {% do relations.append('read_csv(' ~ text_literal(path) ~ ", header = true, all_varchar = true, delim = ',', " ~ text_dialect() ~ ')') %}
        {% endfor %}
        {% set parquet = landing_paths(table, 'parquet') %}
        {% if parquet %}{% do relations.append('read_parquet(' ~ text_list(parquet) ~ ', union_by_name = true)') %}{% endif %}
        {% if not relations and landing_contract(table).config.meta.get('required') and not table_at_start('landed_' ~ table) %}
            {% do exceptions.raise_compiler_error("No landing table '" ~ table ~ "' in " ~ landing_folder() ~ ". Put your events there, or set WINBACK_LANDING to the folder that has them.") %}
        {% endif %}
        {% do run_query('create schema if not exists ' ~ view.schema) %}
        {% do run_query('create or replace view ' ~ view ~ ' as ' ~ missing ~ (' union all by name select * from ' ~ relations | join(' union all by name select * from ') if relations else '')) %}
    {% endfor %}
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


{# While it built the table, DuckDB stored the lines that it could not parse in temporary tables of this connection. #}
{% macro duckdb__add_malformed_lines() %}
    {% set kept = run_query("select count(*) from duckdb_tables() where temporary and table_name = 'reject_errors'") %}
    {% if kept.columns[0].values()[0] == 0 %}{{ return('') }}{% endif %}
    insert into {{ this }} (row_hash, malformed_line, landed_in)
    select lines.row_hash, lines.line_text, {{ refresh_id() }}
    from (
        select distinct {{ malformed_hash('line_text') }} as row_hash, line_text
        from (select coalesce(csv_line, 'line ' || line || ': ' || error_message) as line_text from reject_errors) as errors
    ) as lines
    where not exists (select 1 from {{ this }} as known where known.row_hash = lines.row_hash);
    drop table reject_errors;
    drop table reject_scans;
{% endmacro %}


{# Restrict DuckDB to reading and writing in these folders, whatever an external value or name might make it do. These settings apply to the running
   database, so this must be the last step of `on-run-start`. #}
{% macro duckdb__confine(folders) -%}
    set global allowed_directories = {{ text_list(folders) }};
    set global allow_community_extensions = false;
    set global enable_external_access = false
{%- endmacro %}
