"""One refresh: check, lock, build a copy, test it, publish it, say what was published."""

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, DagsterInstance, DagsterRunStatus, Failure, Output
from dagster_dbt import DbtCliInvocation, DbtCliResource

from orchestration.configuration import check_configuration
from orchestration.dbt import build_vars, failure_messages
from orchestration.errors import WinbackError
from orchestration.landing import check_landing
from orchestration.progress import describe, teller
from orchestration.publishing import Workspace, only_refresh, publish, start_working_copy
from orchestration.settings import SEEDS, Settings, load_settings
from orchestration.summary import published_as_of, summary_lines

# Unit tests prove the code, not the data: `make test` runs them, a nightly refresh need not.
BUILD = ["build", "--exclude-resource-type", "unit_test"]


def parse_as_of(text: str | None) -> date | None:
    """Read an as-of date.

    Args:
        text: YYYY-MM-DD; None or empty for none.

    Returns:
        The date, or None.

    Raises:
        WinbackError: it is no such date.
    """
    if not text:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):  # fromisoformat alone reads week dates as well
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise WinbackError(f"The as-of date is '{text}': give a date of the calendar as YYYY-MM-DD, such as 2026-06-30.") from None


def refresh(context: AssetExecutionContext, dbt: DbtCliResource, as_of_text: str | None, full: bool) -> Iterator[Any]:
    """Run one refresh for the selected assets.

    Args:
        context: Dagster's; says which assets and checks are selected.
        dbt: the dbt command line.
        as_of_text: the last date counted, or None.
        full: start from an empty file.

    Yields:
        Dagster's events: all of them once the file is in place, and on failure only those of checks and observations.

    Raises:
        Failure: with a clear message; nothing was published then.
    """
    with _clear_failures():
        settings = load_settings()
        as_of = parse_as_of(as_of_text)
        check_configuration(SEEDS)
        check_landing(settings.landing)
        workspace = Workspace(settings.warehouse)
        tell = teller(context)
        with only_refresh(workspace, context.run_id, settings.lock_timeout, tell):
            _bury_dead_runs(workspace, context.instance, tell)
            try:
                yield from _build_and_publish(context, dbt, settings, workspace, as_of, full)
            finally:
                workspace.clear(context.run_id)


def _build_and_publish(
    context: AssetExecutionContext, dbt: DbtCliResource, settings: Settings, workspace: Workspace, as_of: date | None, full: bool
) -> Iterator[Any]:
    if context.is_subset:
        as_of, full = _as_of_of_selection(workspace, as_of), False
    working = start_working_copy(workspace, context.run_id, fresh=full)
    tell = teller(context)
    tell(f"Building a copy of the warehouse from {settings.landing}.")
    variables = json.dumps(build_vars(working, settings.landing, as_of))
    invocation = dbt.cli(
        [*BUILD, "--threads", str(settings.threads), "--vars", variables],
        context=context,
        target_path=working.parent / "target",
        raise_on_error=False,
    )
    # Held back: an asset shown as materialised must be one that can be read.
    events, errors = _run(context, invocation, tell)
    if not invocation.is_successful():
        yield from (event for event in events if not isinstance(event, Output))
        messages = _messages(invocation, errors)
        raise WinbackError("\n".join(messages) + "\nNothing was published: the tables of the last good refresh stand as they were.")
    publish(workspace, working)
    yield from events
    for line in summary_lines(workspace.published):
        tell(line)


def _run(context: AssetExecutionContext, invocation: DbtCliInvocation, tell: Callable[[str], None]) -> tuple[list[Any], list[str]]:
    """Follow a dbt run, telling its progress in steps of a tenth and every node that goes wrong."""
    events: list[Any] = []
    errors: list[str] = []
    tenths = 0
    for raw in invocation.stream_raw_events():
        if raw.raw_event["info"]["level"] == "error":
            errors.append(raw.raw_event["info"]["msg"])
        if progress := describe(raw.raw_event):
            index, total, words, went_wrong = progress
            if went_wrong or index * 10 // total > tenths:
                tenths = index * 10 // total
                tell(f"{index:>4} of {total}  {words}")
        events.extend(
            raw.to_default_asset_events(
                manifest=invocation.manifest,
                dagster_dbt_translator=invocation.dagster_dbt_translator,
                context=context,
                target_path=invocation.target_path,
            )
        )
    return events, errors


def _messages(invocation: DbtCliInvocation, errors: list[str]) -> list[str]:
    results: Path = invocation.target_path / "run_results.json"
    if results.exists():
        messages = failure_messages(json.loads(results.read_text())["results"])
        if messages:
            return messages
    return errors or ["dbt stopped without a word; its log is in the Dagster run."]


def _as_of_of_selection(workspace: Workspace, as_of: date | None) -> date:
    """A part of the tables keeps the date of the others, or they would not fit together."""
    if not workspace.published.exists():
        raise WinbackError("Nothing is published yet, so a selection of tables has nothing to stand on. Run the whole refresh first.")
    published = published_as_of(workspace.published)
    if as_of and as_of != published:
        raise WinbackError(f"A selection of tables keeps the published as-of date, {published}. Run the whole refresh for {as_of}.")
    return published


def _bury_dead_runs(workspace: Workspace, instance: DagsterInstance, report: Callable[[str], None]) -> None:
    """A killed run stays STARTED in Dagster for ever, and its working copy on the disk; under the lock none is alive."""
    for run_id in workspace.leftovers():
        run = instance.get_run_by_id(run_id)
        if run and run.status in (DagsterRunStatus.STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.CANCELING):
            instance.report_run_failed(run, "The refresh was killed before it could publish; nothing was lost.")
        workspace.clear(run_id)
        report(f"Cleared away what the dead run {run_id} left.")


@contextlib.contextmanager
def _clear_failures() -> Iterator[None]:
    """A user's mistake ends the run with its message and without a retry or a traceback."""
    try:
        yield
    except WinbackError as error:
        raise Failure(description=str(error), allow_retries=False) from None
    except OSError as error:
        raise Failure(description=f"The system refused: {error}. Nothing was published.", allow_retries=False) from error
