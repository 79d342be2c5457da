select reason, exit_kind, category
from {{ ref('exit_reasons') }}
