"""Determines what a refresh has to do, before anything is built."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from orchestration.dbt_project import code_version
from orchestration.errors import WinbackError
from orchestration.landing.files import LandedFile
from orchestration.published_state import last_refresh
from orchestration.request import Request
from orchestration.seed_checks import last_date_over
from orchestration.settings import SEEDS
from orchestration.skippable_nodes import unchanged_nodes
from orchestration.warehouses import Warehouse
from orchestration.warehouses.formats import is_of_earlier_format


@dataclass(frozen=True)
class Plan:
    """What a refresh has to do.

    Attributes:
        as_of_date: the last date to count.
        new_files: the files to read.
        rebuilds: derive everything from scratch from the landed rows.
        refresh_id: the number of the refresh.
        previous_as_of_date: the last date that the published tables count, if there are any.
        is_needed: whether the refresh would change anything.
        code_version: hash of the code that derives the tables.
        unchanged: the dbt nodes that are up to date.
        known_files: the other files, which are present and unchanged.
        relands: drop the landed rows.
    """

    as_of_date: date
    new_files: list[LandedFile]
    rebuilds: bool
    is_needed: bool
    code_version: str
    unchanged: Sequence[str] = ()
    known_files: Sequence[LandedFile] = ()
    relands: bool = False
    refresh_id: int = 1
    previous_as_of_date: date | None = None

    def variables(self) -> dict[str, Any]:
        """Return the plan as dbt variables.

        Returns:
            The variables; dbt_project.yml documents them.
        """
        return {
            "is_rebuild": self.rebuilds,
            "refresh_id": self.refresh_id,
            "as_of_date": f"{self.as_of_date}",
            "previous_as_of_date": f"{self.previous_as_of_date or ''}",
            "code_version": self.code_version,
            **({"left_out": list(self.unchanged)} if self.unchanged else {}),
        }


def plan_refresh(warehouse: Warehouse, request: Request, log: Callable[[str], None]) -> Plan:
    """Compare the landing, the configuration and the code with the state of the last refresh. Call it under the lock.

    Args:
        warehouse: provides the landing and the published tables.
        request: the options of the refresh.
        log: called with the reason why everything is derived from scratch.

    Returns:
        The plan.

    Raises:
        WinbackError: the date is before the published one, the landing cannot be read, or the published tables cannot be updated.
    """
    landing = warehouse.find_landing()
    if landing and (words := landing.words_on_not_read()):
        log(words)
    files = landing.files if landing else None
    code = code_version(warehouse.adapters)
    is_earlier = warehouse.is_published() and is_of_earlier_format(warehouse)
    last = last_refresh(warehouse, code)
    if last is None:
        if landing:
            landing.require_events()
        log(f"Nothing is published yet at {warehouse.name}: building it from the landing.")
        return Plan(request.as_of_date or last_date_over(SEEDS), list(files or ()), rebuilds=True, is_needed=True, code_version=code)
    after: dict[str, Any] = {"refresh_id": last.refresh_id + 1, "previous_as_of_date": last.as_of_date}
    as_of_date = date_to_count(request.as_of_date, last.as_of_date, last_date_over(SEEDS))
    goes_back = as_of_date < last.as_of_date
    if goes_back:
        log(f"The published tables count to {last.as_of_date}, which is not over yet: going back to {as_of_date}.")
    if request.reland:
        if landing:
            landing.require_events()
        log("Reading the whole landing again, as requested, and deriving everything from it. Landed rows that the landing no longer holds are forgotten.")
        return Plan(as_of_date, list(files or ()), rebuilds=True, is_needed=True, code_version=code, relands=True, **after)
    if is_earlier:
        log("An earlier version has written this warehouse: its landed rows are brought to this version's form, each kept once.")
    rebuilds = request.full or is_earlier or goes_back or code != last.code_version
    if rebuilds:
        because = "requested" if request.full else "a date cannot be taken back in part" if goes_back else "the code has changed since the last refresh"
        log(f"Deriving everything from the landed rows again: {because}.")
    # Tables do not show whether new rows have come. Only a scan of all rows does, which is the refresh itself.
    rebuilds = rebuilds or warehouse.always_rebuilds
    is_changed = files is None or rebuilds or not last.is_configured_by(SEEDS)
    # What the tables of a connection mean may have changed with the code or the configuration.
    new_files = last.not_read(files or (), connected_too=is_changed)
    known_files = sorted(set(files or ()) - set(new_files), key=lambda file: file.path)
    if is_changed:
        return Plan(as_of_date, new_files, rebuilds, is_needed=True, code_version=code, known_files=known_files, **after)
    is_needed = bool(new_files) or as_of_date != last.as_of_date
    unchanged = unchanged_nodes({file.table for file in new_files}) if is_needed else ()
    return Plan(as_of_date, new_files, rebuilds, is_needed, code, unchanged, known_files, **after)


def plan_selection(warehouse: Warehouse, request: Request, engine: str) -> Plan:
    """Plan the rebuild of some tables: it keeps the date and the rows of the others, or they would not fit together.

    Args:
        warehouse: provides the published tables.
        request: the options of the refresh.
        engine: its name, for messages.

    Returns:
        The plan.

    Raises:
        WinbackError: nothing is published, an earlier version published it, the engine cannot do it, or another date is requested.
    """
    if not warehouse.takes_selections:
        raise WinbackError(f"On {engine} a selection of tables cannot be built apart from the rest. Run the whole refresh.")
    last = last_refresh(warehouse)
    if last is None:
        raise WinbackError("Nothing is published yet, so a selection of tables has nothing to stand on. Run the whole refresh first.")
    if is_of_earlier_format(warehouse):
        raise WinbackError("An earlier version has written this warehouse. Run the whole refresh first; then a selection of tables can be built.")
    as_of = request.as_of_date
    if as_of and as_of != last.as_of_date:
        raise WinbackError(f"A selection of tables keeps the published as-of date, {last.as_of_date}. Run the whole refresh for {as_of}.")
    return Plan(last.as_of_date, [], rebuilds=False, is_needed=True, code_version=last.code_version, refresh_id=last.refresh_id)


def refuse_future(request: Request) -> None:
    """Refuse an unfinished date: it lacks some of its events, and a typing error in the year would publish decades of empty dates.

    Args:
        request: the options of the refresh.

    Raises:
        WinbackError: its date is after the last finished one, and it does not allow future dates.
    """
    as_of, over = request.as_of_date, last_date_over(SEEDS)
    if as_of and as_of > over and not request.allow_future:
        raise WinbackError(
            f"The as-of date is {as_of}, which is not over yet: the last date over in every business's zone is {over}. "
            "Give no date for that one, or an earlier one; `--allow-future` (`allow_future` in Dagster) counts to a date that is not over."
        )


def date_to_count(given: date | None, published: date, over: date) -> date:
    """Determine the last date to count. It never goes back from a finished date, because published figures must not vanish.

    Args:
        given: the requested date, if any.
        published: the last date that the published tables count.
        over: the last date that has ended in every business's time zone.

    Returns:
        The requested date, else the last finished one. If the published date is a single day later, as happens once a business in a time
        zone further west is added, it is kept.

    Raises:
        WinbackError: the requested date would go back further than the last finished date.
    """
    least = min(published, over)
    if given and given < least:
        raise WinbackError(
            f"The published tables count to {published}; a refresh to {given} would take back what was published since"
            + (f" (from a date that is not over, it goes back to {over} at most)" if least < published else "")
            + ". To look at the past, refresh to that date in another warehouse: set WINBACK_WAREHOUSE to another file, or name another database."
        )
    if given:
        return given
    return published if published - over == timedelta(days=1) else over
