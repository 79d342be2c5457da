{# On DuckDB the landing is a folder of <table>.csv, <table>.parquet or <table>/ holding such files, read in place. #}
{% macro landing_folder() %}
    {{ return(var('landing') or env_var('WINBACK_LANDING', '') or (flags.PROJECT_DIR or '.') ~ '/../.winback/landing') }}
{% endmacro %}


{% macro duckdb__landing_scans(table) %}
    {% set scans = csv_scans(landing_files(table, 'csv')) %}
    {% set parquet = landing_files(table, 'parquet') %}
    {% if parquet %}
        {% do scans.append(parquet_scan(parquet)) %}
    {% endif %}
    {% if not scans and landing_contract(table).config.meta.get('required') and load_relation(this) is none %}
        {% do exceptions.raise_compiler_error(
            "No landing table '" ~ table ~ "': looked for " ~ table ~ ".csv, " ~ table ~ ".parquet and a folder " ~ table
            ~ "/ of such files in " ~ landing_folder() ~ ". Put your events there, or point WINBACK_LANDING at the folder that has them."
        ) %}
    {% endif %}
    {{ return(scans) }}
{% endmacro %}


{# The files to read: a refresh names those that are new to the warehouse; a plain dbt build reads whatever is there. #}
{% macro landing_files(table, extension) %}
    {% if var('new_files') %}
        {% set found = run_query("select path from " ~ listed_files() ~ " where landing_table = '" ~ table ~ "' and path like '%." ~ extension ~ "' order by path") %}
        {{ return(found.columns[0].values() | list) }}
    {% endif %}
    {% set files = [] %}
    {% for pattern in [table ~ '.' ~ extension, table ~ '/**/*.' ~ extension] %}
        {% set found = run_query("select file from glob(" ~ text_literal(landing_folder() ~ '/' ~ pattern) ~ ") order by file") %}
        {% do files.extend(found.columns[0].values()) %}
    {% endfor %}
    {{ return(files) }}
{% endmacro %}


{# The listing that a refresh hands over as `new_files`, as a relation. #}
{% macro listed_files() -%}
    read_json({{ text_literal(var('new_files')) }}, columns = {'landing_table': 'VARCHAR', 'path': 'VARCHAR', 'digest': 'VARCHAR'}, format = 'array')
{%- endmacro %}


{# One scan for each header found: every file is read by its own header, never by guessing. #}
{% macro csv_scans(files) %}
    {% set by_header = {} %}
    {% for file in files %}
        {% set header = csv_header(file) %}
        {% do by_header.setdefault(header | join(','), {'columns': header, 'files': []}).files.append(file) %}
    {% endfor %}
    {% set scans = [] %}
    {% for group in by_header.values() %}
        {% set columns = {} %}
        {% for name in group.columns %}{% do columns.update({name: 'VARCHAR'}) %}{% endfor %}
        {% if columns | length < group.columns | length %}
            {% do exceptions.raise_compiler_error("A column name stands twice in the header of " ~ group.files | join(', ') ~ ". Name each column once.") %}
        {% endif %}
        {% do scans.append({'columns': columns, 'files': group.files, 'relation': csv_relation(group.files, group.columns)}) %}
    {% endfor %}
    {{ return(scans) }}
{% endmacro %}


{# The first line: read by one thread, for with several it is whichever comes first. #}
{% macro csv_header(file) %}
    {% set query %}
        select line from read_csv({{ text_literal(file) }}, auto_detect = false, header = false, delim = chr(1), quote = '', escape = '',
            columns = {'line': 'VARCHAR'}, strict_mode = false, ignore_errors = true, parallel = false) limit 1
    {% endset %}
    {% set line = run_query(query).columns[0].values() | first | default('') %}
    {% set names = [] %}
    {% for name in line.split(',') %}{% do names.append(name.strip().strip('"').strip() | lower) %}{% endfor %}
    {{ return(names) }}
{% endmacro %}


{% macro csv_relation(files, columns) -%}
    read_csv({{ text_list(files) }}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        columns = { {%- for name in columns %}{{ text_literal(name) }}: 'VARCHAR'{{ ', ' if not loop.last }}{% endfor -%} },
        ignore_errors = true, store_rejects = true, rejects_limit = 0)
{%- endmacro %}


{% macro parquet_scan(files) %}
    {% set relation = 'read_parquet(' ~ text_list(files) ~ ', union_by_name = true)' %}
    {% set columns = {} %}
    {% for row in run_query('describe select * from ' ~ relation).rows %}
        {% do columns.update({row[0] | lower: row[1]}) %}
    {% endfor %}
    {{ return({'columns': columns, 'files': files, 'relation': relation}) }}
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


