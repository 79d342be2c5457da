select reason, exit_kind, category
from {{ configured('exit_reasons') }}
