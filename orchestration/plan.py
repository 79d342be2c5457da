"""What a refresh has to do, decided before anything is built."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.configuration import last_date_over
from orchestration.dbt import code_version
from orchestration.errors import WinbackError
from orchestration.landing import LandedFile
from orchestration.last import LastRefresh, last_refresh
from orchestration.settings import SEEDS
from orchestration.unchanged import unchanged_nodes
from orchestration.warehouses import Warehouse
from orchestration.warehouses.formats import is_of_earlier_format


@dataclass(frozen=True)
class Plan:
    """What a refresh has to do.

    Attributes:
        as_of_date: the last date to count.
        new_files: the files whose rows are not in the warehouse yet.
        rebuilds: derive everything anew from the landed rows.
        is_needed: whether anything would come out differently.
        code_version: hash of the code that derives.
        unchanged: the nodes of the dbt project that stand as they are.
    """

    as_of_date: date
    new_files: list[LandedFile]
    rebuilds: bool
    is_needed: bool
    code_version: str
    unchanged: Sequence[str] = ()


def plan_refresh(warehouse: Warehouse, as_of: date | None, full: bool, tell: Callable[[str], None]) -> Plan:
    """Compare the landing, the configuration and the code with what the last refresh left. Call it under the lock.

    Args:
        warehouse: where the landing is, and what is published.
        as_of: the last date to count, if given.
        full: derive everything anew, whatever has changed.
        tell: told why everything is derived anew.

    Returns:
        The plan.

    Raises:
        WinbackError: the date lies before the published one, the landing cannot be read, or what is published cannot be gone on from.
    """
    files = warehouse.landed_files()
    code = code_version(warehouse.adapters)
    is_earlier = warehouse.is_published() and is_of_earlier_format(warehouse)
    last = last_refresh(warehouse, code)
    if last is None:
        tell(f"Nothing to go on from at {warehouse.name}: building it from the landing.")
        return Plan(as_of or last_date_over(SEEDS), files or [], rebuilds=True, is_needed=True, code_version=code)
    as_of_date = _as_of(as_of, last, tell)
    new_files = [file for file in files or [] if not last.has_read(file)]
    if is_earlier:
        tell("An earlier version has written this warehouse: its landed rows are brought to this version's form, each kept once.")
    rebuilds = full or is_earlier or code != last.code_version
    if rebuilds:
        tell(f"Deriving everything anew from the landed rows: {'asked for' if full else 'the code has changed since the last refresh'}.")
    # Tables do not tell whether rows have come; only a look at all of them does, which is the refresh itself.
    rebuilds = rebuilds or warehouse.always_rebuilds
    if files is None or rebuilds or not last.is_configured_by(SEEDS):
        return Plan(as_of_date, new_files, rebuilds, is_needed=True, code_version=code)
    is_needed = bool(new_files) or as_of_date != last.as_of_date
    return Plan(as_of_date, new_files, rebuilds, is_needed, code, unchanged_nodes({file.table for file in new_files}) if is_needed else ())


def _as_of(given: date | None, last: LastRefresh, tell: Callable[[str], None]) -> date:
    """Never back: what is published for a date must not vanish, and the ledgers only grow."""
    if given and given < last.as_of_date:
        raise WinbackError(
            f"The published tables count to {last.as_of_date}; a refresh to {given} would take back what was published since. "
            "To look at the past, refresh to that date in another warehouse: set WINBACK_WAREHOUSE to another file, or name another database."
        )
    if given:
        return given
    over = last_date_over(SEEDS)
    if over < last.as_of_date:
        tell(f"The last date over in every business's zone is {over}; keeping the published one, {last.as_of_date}.")
    return max(over, last.as_of_date)
