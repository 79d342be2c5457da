"""Runs one refresh: check, lock, build a copy, test, publish, report."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, DagsterInstance, Output
from dagster_dbt import DbtCliInvocation, DbtCliResource

from orchestration import outcome
from orchestration.alive import declared_alive, fail_dead_runs, fail_run
from orchestration.dagster_sqlite import keep_connections
from orchestration.dbt_project import failure_messages, kept_tables, without_traceback
from orchestration.endings import clear_endings
from orchestration.errors import WinbackError
from orchestration.files import hidden_from_others
from orchestration.metadata import landing_materializations, with_metadata
from orchestration.plan import Plan, plan_refresh, refuse_future
from orchestration.progress import broken_rule_in, describe, logger_for
from orchestration.published_state import last_refresh
from orchestration.report import write_report
from orchestration.request import Request
from orchestration.seed_checks import check_configuration
from orchestration.settings import SEEDS, Settings, load_settings
from orchestration.summary import Published, summary_lines
from orchestration.warehouses import Build, Warehouse, warehouse_of
from orchestration.warehouses.formats import is_of_earlier_format

# Unit tests check the code, not the data: `make test` runs them, and a refresh need not.
BUILD = ["build", "--exclude-resource-type", "unit_test"]
# A selection rebuilds tables from the kept ones, and skips tables that are carried from refresh to refresh: if only some of them
# were updated they would not fit together, and an incremental table would contain only the customers recomputed last.
SELECTION = ["--full-refresh", "--exclude", "+int_period_counts landed_files metric_history refreshes tag:undated,config.materialized:incremental"]
# `dbt_runner.py` gives the nodes to leave out this tag.
LEAVING_OUT = ["--indirect-selection", "cautious", "--exclude", "tag:left_out"]


def refresh(context: AssetExecutionContext, dbt: DbtCliResource, request: Request) -> Iterator[Any]:
    """Run one refresh for the selected assets.

    Args:
        context: the Dagster context; has the selected assets and checks.
        dbt: the dbt command line.
        request: the options of the refresh.

    Yields:
        Dagster's events: all of them once the tables are published; on failure only those of checks and observations.

    Raises:
        Failure: with a clear message; nothing was published.
    """
    keep_connections()
    outcome.listen()
    outcome.begin()
    log = logger_for(context)
    with clear_endings(context, log), hidden_from_others(), declared_alive(context.instance, context.run_id):
        settings = load_settings()
        check_configuration(SEEDS)
        refuse_future(request)
        warehouse = warehouse_of(settings)
        with warehouse.refresh_lock(context.run_id, settings.lock_timeout, log), outcome.stopped_once():
            _fail_dead_runs(warehouse, context.instance, log)
            warehouse.check()
            if context.is_subset and not warehouse.takes_selections:
                raise WinbackError(f"On {settings.target} a selection of tables cannot be built apart from the rest. Run the whole refresh.")
            plan = _plan_of_selection(warehouse, request) if context.is_subset else plan_refresh(warehouse, request, log)
            if not plan.is_needed:
                log(f"Nothing new in landing, configuration and code since the last refresh to {plan.as_of_date}: its tables stand as they are.")
                log(f"Warehouse: {warehouse.name}")
                return
            try:
                with outcome.stopped_once():
                    yield from _build_and_publish(context, dbt, settings, warehouse, plan)
            finally:
                warehouse.clear(context.run_id)


def _build_and_publish(context: AssetExecutionContext, dbt: DbtCliResource, settings: Settings, warehouse: Warehouse, plan: Plan) -> Iterator[Any]:
    log = logger_for(context)
    source = f"{settings.landing}, in which {len(plan.new_files)} files are new" if settings.target == "duckdb" else "the tables in schema landing"
    log(f"Building a copy of the warehouse to {plan.as_of_date} from {source}.")
    only = kept_tables(landed=not plan.relands) if plan.rebuilds else None
    build = warehouse.start(context.run_id, plan.new_files, plan.known_files, only)
    variables = {**build.variables, **plan.variables(), "run_id": context.run_id, "refresh_process": os.getpid()}
    variables["customer_columns"] = _customer_columns(warehouse, build, plan)
    if context.is_subset:
        variables["is_rebuild"] = True  # Of the selected tables.
    selection = SELECTION if context.is_subset else LEAVING_OUT if plan.unchanged else []
    vars_file = build.target.with_name("vars.json")
    vars_file.parent.mkdir(parents=True, exist_ok=True)
    vars_file.write_text(json.dumps(variables, ensure_ascii=False), encoding="utf-8")
    arguments = [*BUILD, *warehouse.options, *selection, "--threads", f"{threads_of(settings, rebuilds=plan.rebuilds)}", "--vars", str(vars_file)]
    with contextlib.ExitStack() as stack:
        with outcome.held_back():
            invocation = dbt.cli(arguments, context=context, target_path=build.target, raise_on_error=False)
            stack.enter_context(_killed_in_the_end(invocation))
        if build.copying:
            build.copying.result()  # If the copy failed, end here: dbt is waiting for it and has nothing to work on.
        # Held back: an asset shown as materialised must be one that can be read.
        events, errors, broken_rules = _run(context, invocation, log)
        is_successful = invocation.is_successful()
    outcome.stop_if_asked()
    if not is_successful:
        yield from (event for event in events if not isinstance(event, Output))
        messages = map(build.named, _messages(invocation, errors, broken_rules))
        raise WinbackError("\n".join(messages) + "\nNothing was published: the tables of the last good refresh stand as they were.")
    forgotten = _words_on_forgotten(warehouse, build) if plan.relands else None
    warehouse.publish(build, log)
    if forgotten:
        log(forgotten)
    # The tables are published from here on: displaying them must not fail the run or cause a retry.
    for event in landing_materializations(plan.new_files):
        context.log_event(event)
    reported, lines = _with_figures(warehouse, events, log)
    yield from reported
    outcome.stop_if_asked()
    for line in lines:
        log(line)
    _draw_report(warehouse, settings.report, log)
    outcome.stop_if_asked()


def _customer_columns(warehouse: Warehouse, build: Build, plan: Plan) -> list[str]:
    """List the columns of customers, landed now or before (unless dropped), so that dbt need not query the warehouse for them."""
    found = {column["name"] for scan in build.variables["landing_scans"].get("customers", ()) for column in scan["columns"]} - {None}
    if warehouse.is_published() and not plan.relands:
        with warehouse.reader() as reader:
            found |= reader.columns("landed_customers")
    return sorted(found)


def threads_of(settings: Settings, *, rebuilds: bool) -> int:
    """Return how many nodes dbt may run at once.

    DuckDB parallelises a large query itself and shares its memory among concurrent queries; small queries leave the cores idle.

    Args:
        settings: the configuration from the environment.
        rebuilds: whether everything is derived from scratch.

    Returns:
        The configured number; else two, or one for a rebuild on DuckDB.
    """
    return settings.threads or (1 if settings.target == "duckdb" and rebuilds else 2)


def _words_on_forgotten(warehouse: Warehouse, build: Build) -> str:
    if is_of_earlier_format(warehouse):
        return "Forgot the landed rows, as an earlier version kept them."
    return f"Forgot {warehouse.count_forgotten(build):,} landed rows that the landing holds no more."


def _with_figures(warehouse: Warehouse, events: list[Any], log: Callable[[str], None]) -> tuple[list[Any], list[str]]:
    """Return Dagster's events with the figures of the tables, and the closing messages of the refresh."""
    try:
        with warehouse.reader() as reader:
            published = Published(reader)
            return list(with_metadata(events, reader, published)), summary_lines(published, warehouse)
    except BaseException as error:  # noqa: BLE001
        if outcome.is_stop(error):
            return events, []
        log(f"WARNING: the tables are published, but their figures could not be read: {type(error).__name__}: {error}.")
        return events, [f"Warehouse: {warehouse.name}"]


def _draw_report(warehouse: Warehouse, path: Path, log: Callable[[str], None]) -> None:
    try:
        warning = write_report(warehouse, path)
        log(f"Report: {path}")
        if warning:
            log(f"WARNING: {warning}")
    except Exception as error:  # noqa: BLE001
        outcome.stop_if_asked()
        log(f"WARNING: the tables are published, but the report could not be drawn: {error}. Mend that, then run `winback report`.")


@contextlib.contextmanager
def _killed_in_the_end(invocation: DbtCliInvocation) -> Iterator[None]:
    """Kill dbt whenever the refresh ends: at once, because its build is thrown away."""
    invocation.termination_timeout_seconds = 0.0
    try:
        yield
    finally:
        invocation.process.kill()
        invocation.process.wait()


def _run(context: AssetExecutionContext, invocation: DbtCliInvocation, log: Callable[[str], None]) -> tuple[list[Any], list[str], list[str]]:
    """Follow a dbt run; log its progress in steps of a tenth, every failed node, and the rules that tests found broken."""
    events: list[Any] = []
    errors: list[str] = []
    broken_rules: list[str] = []
    tenths = 0
    for raw in invocation.stream_raw_events():
        if raw.raw_event["info"]["level"] == "error":
            errors.append(raw.raw_event["info"]["msg"])
        if broken_rule := broken_rule_in(raw.raw_event):
            broken_rules.append(broken_rule)
        if progress := describe(raw.raw_event):
            index, total, words, went_wrong = progress
            if went_wrong or index * 10 // total > tenths:
                tenths = index * 10 // total
                log(f"{index:>4} of {total}  {words}")
        events.extend(
            raw.to_default_asset_events(
                manifest=invocation.manifest,
                dagster_dbt_translator=invocation.dagster_dbt_translator,
                context=context,
                target_path=invocation.target_path,
            )
        )
    return events, errors, broken_rules


def _messages(invocation: DbtCliInvocation, errors: list[str], broken_rules: list[str]) -> list[str]:
    results: Path = invocation.target_path / "run_results.json"
    if results.exists():
        messages = failure_messages(json.loads(results.read_text())["results"], broken_rules)
        if messages:
            return messages
    return [without_traceback(error) for error in errors] or ["dbt stopped without a word; its log is in the Dagster run."]


def _plan_of_selection(warehouse: Warehouse, request: Request) -> Plan:
    """Plan a selection: it keeps the date and the rows of the other tables, or they would not fit together."""
    last = last_refresh(warehouse)
    if last is None:
        raise WinbackError("Nothing is published yet, so a selection of tables has nothing to stand on. Run the whole refresh first.")
    if is_of_earlier_format(warehouse):
        raise WinbackError("An earlier version has written this warehouse. Run the whole refresh first; then a selection of tables can be built.")
    as_of = request.as_of_date
    if as_of and as_of != last.as_of_date:
        raise WinbackError(f"A selection of tables keeps the published as-of date, {last.as_of_date}. Run the whole refresh for {as_of}.")
    return Plan(last.as_of_date, [], rebuilds=False, is_needed=True, code_version=last.code_version, refresh_id=last.refresh_id)


def _fail_dead_runs(warehouse: Warehouse, instance: DagsterInstance, log: Callable[[str], None]) -> None:
    """Fail dead runs, which Dagster would show as STARTED for ever, and those that left a build. Under the lock, no run building here is alive."""
    fail_dead_runs(instance, log)
    for run_id in warehouse.stale_builds():
        fail_run(instance, run_id, log)
        warehouse.clear(run_id)
        if run_id in warehouse.stale_builds():
            log(f"WARNING: what the dead run {run_id} left in {warehouse.name} cannot be cleared away. It takes room and does no harm; the next refresh tries again.")
        else:
            log(f"Cleared away what the dead run {run_id} left.")
