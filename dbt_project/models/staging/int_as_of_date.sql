-- The last date counted: as given, else the last date that is over in every business's zone when the run started.
-- depends_on: {{ ref('stg_businesses') }}
{%- set given = var('as_of_date') %}

{% if given -%}
select cast('{{ given }}' as date) as as_of_date
{%- else -%}
select {{ add_days('min(cast(' ~ utc_to_local("timestamp '" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S') ~ "'", 'timezone') ~ ' as date))', -1) }} as as_of_date
from {{ ref('stg_businesses') }}
{%- endif %}
