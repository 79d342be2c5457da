{# All that differs between the engines, and nothing else. #}

{% macro add_days(date, days) %}{{ return(adapter.dispatch('add_days', 'winback')(date, days)) }}{% endmacro %}
{% macro default__add_days(date, days) %}({{ date }} + {{ days }}){% endmacro %}
{% macro spark__add_days(date, days) %}date_add({{ date }}, cast({{ days }} as integer)){% endmacro %}

{# Days from `from_date` to `to_date`, an integer. #}
{% macro days_between(from_date, to_date) %}{{ return(adapter.dispatch('days_between', 'winback')(from_date, to_date)) }}{% endmacro %}
{% macro default__days_between(from_date, to_date) %}cast({{ to_date }} - {{ from_date }} as integer){% endmacro %}
{% macro spark__days_between(from_date, to_date) %}datediff({{ to_date }}, {{ from_date }}){% endmacro %}

{# First day of the period that holds a date; weeks begin on Monday. #}
{% macro period_start(grain, date) %}cast(date_trunc('{{ grain }}', {{ date }}) as date){% endmacro %}

{# First day of the first period that begins on a date or after it. #}
{% macro next_open(grain, date) -%}
{%- set day_before = add_days(date, -1) -%}
cast({{ period_start(grain, day_before) }} + interval '{{ period_grains()[grain] }}' as date)
{%- endmacro %}

{% macro period_end(grain, start) %}cast({{ start }} + interval '{{ period_grains()[grain] }}' - interval '1' day as date){% endmacro %}

{# One row a step, both ends included, from columns `starts_on` and `ends_on` of a relation; the columns named are kept. #}
{% macro times_between(relation, columns, step) %}{{ return(adapter.dispatch('times_between', 'winback')(relation, columns, step)) }}{% endmacro %}
{% macro default__times_between(relation, columns, step) -%}
    select {{ columns | join(', ') }}, spine.each_time
    from {{ relation }}, lateral (select unnest(generate_series(cast(starts_on as timestamp), cast(ends_on as timestamp), interval '{{ step }}')) as each_time) as spine
{%- endmacro %}
{% macro postgres__times_between(relation, columns, step) -%}
    select {{ columns | join(', ') }}, spine.each_time
    from {{ relation }} cross join lateral generate_series(cast(starts_on as timestamp), cast(ends_on as timestamp), interval '{{ step }}') as spine (each_time)
{%- endmacro %}
{% macro spark__times_between(relation, columns, step) -%}
    select {{ columns | join(', ') }}, each_time
    from {{ relation }} lateral view explode(sequence(cast(starts_on as timestamp), cast(ends_on as timestamp), interval {{ step }})) spine as each_time
{%- endmacro %}

{% macro dates_between(relation, columns, step='1 day') -%}
    select {{ columns | join(', ') }}, cast(each_time as date) as each_date
    from ({{ times_between(relation, columns, step) }}) as times
{%- endmacro %}

{# Wall time in a zone of a UTC timestamp, and back; both without zone. #}
{% macro utc_to_local(instant, zone) %}{{ return(adapter.dispatch('utc_to_local', 'winback')(instant, zone)) }}{% endmacro %}
{% macro default__utc_to_local(instant, zone) %}timezone({{ zone }}, timezone('UTC', {{ instant }})){% endmacro %}
{% macro spark__utc_to_local(instant, zone) %}from_utc_timestamp({{ instant }}, {{ zone }}){% endmacro %}

{# Whole seconds between two timestamps, and a timestamp so many seconds later. #}
{% macro seconds_between(from_time, to_time) %}{{ return(adapter.dispatch('seconds_between', 'winback')(from_time, to_time)) }}{% endmacro %}
{% macro default__seconds_between(from_time, to_time) %}cast(extract(epoch from ({{ to_time }}) - ({{ from_time }})) as integer){% endmacro %}
{% macro spark__seconds_between(from_time, to_time) %}cast(unix_timestamp({{ to_time }}) - unix_timestamp({{ from_time }}) as integer){% endmacro %}

{% macro add_seconds(time, seconds) %}{{ return(adapter.dispatch('add_seconds', 'winback')(time, seconds)) }}{% endmacro %}
{% macro default__add_seconds(time, seconds) %}({{ time }} + ({{ seconds }}) * interval '1' second){% endmacro %}
{% macro duckdb__add_seconds(time, seconds) %}({{ time }} + to_seconds({{ seconds }})){% endmacro %}

{# How far a zone's clocks are ahead of UTC at a UTC timestamp, in seconds. #}
{% macro utc_offset(instant, zone) %}{{ seconds_between(instant, utc_to_local(instant, zone)) }}{% endmacro %}

{# The date that calendars showed at a UTC timestamp; `offsets` is its row of int_utc_offsets. #}
{% macro local_date(instant, offsets) -%}
cast({{ add_seconds(instant, 'case when ' ~ instant ~ ' >= ' ~ offsets ~ '.changes_at then ' ~ offsets ~ '.next_offset else ' ~ offsets ~ '.opening_offset end') }} as date)
{%- endmacro %}

{% macro local_to_utc(wall_time, zone) %}{{ return(adapter.dispatch('local_to_utc', 'winback')(wall_time, zone)) }}{% endmacro %}
{% macro default__local_to_utc(wall_time, zone) %}timezone('UTC', timezone({{ zone }}, {{ wall_time }})){% endmacro %}
{% macro spark__local_to_utc(wall_time, zone) %}to_utc_timestamp({{ wall_time }}, {{ zone }}){% endmacro %}

{% macro matches(text, pattern) %}{{ return(adapter.dispatch('matches', 'winback')(text, pattern)) }}{% endmacro %}
{% macro default__matches(text, pattern) %}({{ text }} ~ '{{ pattern }}'){% endmacro %}
{% macro duckdb__matches(text, pattern) %}regexp_matches({{ text }}, '{{ pattern }}'){% endmacro %}
{# Java's `$` matches before a last line end as well. #}
{% macro spark__matches(text, pattern) %}({{ text }} rlike '{{ pattern[:-1] ~ "\\\\z" if pattern[-1] == "$" else pattern }}'){% endmacro %}

{# A binary float as a plain decimal text; what is no finite number keeps its name and is rejected later. #}
{% macro float_text(column) %}{{ return(adapter.dispatch('float_text', 'winback')(column)) }}{% endmacro %}
{% macro default__float_text(column) -%}
    case
        when abs({{ column }}) < 1e18 then cast(cast({{ column }} as decimal(38, 9)) as {{ dbt.type_string() }})
        else cast({{ column }} as {{ dbt.type_string() }})
    end
{%- endmacro %}

{% macro type_double() %}{{ return(adapter.dispatch('type_double', 'winback')()) }}{% endmacro %}
{% macro default__type_double() %}{{ return('double precision') }}{% endmacro %}
{% macro spark__type_double() %}{{ return('double') }}{% endmacro %}

{# Texts in one, in an order of their own, with commas between them. #}
{% macro listed(text, order_by) %}{{ return(adapter.dispatch('listed', 'winback')(text, order_by)) }}{% endmacro %}
{% macro default__listed(text, order_by) %}{{ dbt.listagg(text, "','", 'order by ' ~ in_bytes(order_by)) }}{% endmacro %}
{% macro spark__listed(text, order_by) %}listagg({{ text }}, ',') within group (order by {{ order_by }}){% endmacro %}

{# The value of the row with the least, or greatest, `by`. #}
{% macro first_by(value, by) %}{{ return(adapter.dispatch('first_by', 'winback')(value, by)) }}{% endmacro %}
{% macro default__first_by(value, by) %}min_by({{ value }}, {{ by }}){% endmacro %}
{% macro postgres__first_by(value, by) %}(array_agg({{ value }} order by {{ by }}))[1]{% endmacro %}

{% macro last_by(value, by) %}{{ return(adapter.dispatch('last_by', 'winback')(value, by)) }}{% endmacro %}
{% macro default__last_by(value, by) %}max_by({{ value }}, {{ by }}){% endmacro %}
{% macro postgres__last_by(value, by) %}(array_agg({{ value }} order by {{ by }} desc nulls last))[1]{% endmacro %}

{% macro text_literal(text) %}'{{ text | replace("'", "''") }}'{% endmacro %}

{% macro text_list(texts) %}[{% for text in texts %}{{ text_literal(text) }}{{ ', ' if not loop.last }}{% endfor %}]{% endmacro %}

{# A text in the order of its bytes, whatever the order of the database: ranks must not hang on it. #}
{% macro in_bytes(text) %}{{ return(adapter.dispatch('in_bytes', 'winback')(text)) }}{% endmacro %}
{% macro default__in_bytes(text) %}{{ text }}{% endmacro %}
{% macro postgres__in_bytes(text) %}{{ text }} collate "C"{% endmacro %}

{# The type of a column that holds one of a few labels: stored as small numbers where the engine can, read as text everywhere. #}
{% macro label_type(labels) %}{{ return(adapter.dispatch('label_type', 'winback')(labels)) }}{% endmacro %}
{% macro default__label_type(labels) %}{{ dbt.type_string() }}{% endmacro %}
{% macro duckdb__label_type(labels) %}enum('{{ labels | join("', '") }}'){% endmacro %}

{# A text as a whole number of 64 bits: equal texts have equal numbers, and different ones as good as never. #}
{% macro number_of(text) %}{{ return(adapter.dispatch('number_of', 'winback')(text)) }}{% endmacro %}
{% macro default__number_of(text) %}cast(('x' || left(md5({{ text }}), 16)) as bit(64))::bigint{% endmacro %}
{% macro duckdb__number_of(text) %}cast(md5_number_lower({{ text }}) >> 1 as bigint){% endmacro %}
{% macro spark__number_of(text) %}xxhash64({{ text }}){% endmacro %}

{# The most memory that a run may take before it goes on on the disk; engines that are servers have settings of their own. #}
{% macro limit_memory(size) %}{{ return(adapter.dispatch('limit_memory', 'winback')(size)) }}{% endmacro %}
{% macro default__limit_memory(size) %}{% endmacro %}
{% macro duckdb__limit_memory(size) %}{% if size %}set global memory_limit = '{{ size }}'{% endif %}{% endmacro %}
