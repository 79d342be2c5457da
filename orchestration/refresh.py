"""Runs one refresh: check, lock, build a copy, test, publish. It knows nothing of Dagster: the command line and Dagster's asset both call it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from orchestration import outcome
from orchestration.dbt_process import DbtProcess, DbtRun
from orchestration.dbt_project import failure_messages, kept_tables, without_traceback
from orchestration.endings import clear_endings, retried
from orchestration.files import hidden_from_others
from orchestration.plan import Plan, plan_refresh, plan_selection, refuse_future
from orchestration.progress import BROKEN_RULE, Progress
from orchestration.request import Request
from orchestration.results import Node, RefreshFailed, Result
from orchestration.seed_checks import check_configuration
from orchestration.settings import SEEDS, Settings, load_settings
from orchestration.warehouses import Build, Warehouse, warehouse_of
from orchestration.warehouses.formats import is_of_earlier_format

Log = Callable[[str], None]

# Unit tests check the code, not the data: `make test` runs them, and a refresh need not.
BUILD = ("build", "--exclude-resource-type", "unit_test")
# A selection rebuilds tables from the kept ones, and skips tables that are carried from refresh to refresh: if only some of them
# were updated they would not fit together, and an incremental table would contain only the customers recomputed last.
CARRIED = "+int_period_counts landed_files metric_history refreshes tag:undated,config.materialized:incremental"
SELECTION = ("--full-refresh", "--indirect-selection", "buildable", "--exclude", CARRIED)
# `dbt_runner.py` gives the nodes to leave out this tag.
LEAVING_OUT = ("--exclude", "tag:left_out")
# Run a test only if all that it reads is built.
CAUTIOUS = ("--indirect-selection", "cautious")


def refresh(request: Request, log: Log, *, run_id: str = "", tables: Sequence[str] = (), on_build: Callable[[], None] = lambda: None) -> Result:
    """Run one refresh, again if a failure may be transient.

    Args:
        request: the options of the refresh.
        log: called with messages for people.
        run_id: names the build and the holder of the lock; empty for a new UUID.
        tables: the public tables to rebuild; empty for the whole refresh.
        on_build: called once there is something to build.

    Returns:
        What was published.

    Raises:
        RefreshFailed: the build failed, or an unexpected error came; nothing was published unless the message says so.
        WinbackError: the refresh was refused before it built anything.
        Stopped: a signal came.
    """
    outcome.begin()
    with clear_endings(), hidden_from_others():
        settings = load_settings()
        check_configuration(SEEDS)
        refuse_future(request)
        return retried(_Refresh(settings, warehouse_of(settings), request, run_id or str(uuid4()), tuple(tables), log, on_build), settings, log)


def build_on_trial(settings: Settings, table: str, log: Log) -> None:
    """Build a public table, and besides it only what it is made of, in a warehouse of its own.

    Args:
        settings: name the warehouse, in which nothing is published yet.
        table: the table.
        log: called with messages for people.

    Raises:
        RefreshFailed: the build failed.
        WinbackError: the landing or a connection cannot be read.
        Stopped: a signal came.
    """
    with clear_endings(), hidden_from_others():
        _Refresh(settings, warehouse_of(settings), Request(), str(uuid4()), (table,), log, on_trial=True)()
    outcome.begin()  # Nobody reads what has been published there.


@dataclass(frozen=True)
class _Refresh:
    settings: Settings
    warehouse: Warehouse
    request: Request
    run_id: str
    tables: tuple[str, ...]
    log: Log
    on_build: Callable[[], None] = lambda: None
    on_trial: bool = False

    def __call__(self) -> Result:
        warehouse, log = self.warehouse, self.log
        warehouse.find_landing()  # If there is none, say so before anything starts.
        with DbtProcess(log) as dbt, warehouse.refresh_lock(self.run_id, self.settings.lock_timeout, log), outcome.stopped_once():
            _clear_dead_builds(warehouse, log)
            warehouse.check()
            is_selection = self.tables and not self.on_trial
            plan = plan_selection(warehouse, self.request, self.settings.target) if is_selection else plan_refresh(warehouse, self.request, log)
            if not plan.is_needed:
                log(f"Nothing new in landing, configuration and code since the last refresh to {plan.as_of_date}: its tables are unchanged.")
                log(f"Warehouse: {warehouse.name}")
                return Result(plan.as_of_date)
            self.on_build()
            try:
                with outcome.stopped_once():
                    build, nodes = self._build(dbt, plan)
                    self._publish(build, plan)
            finally:
                with outcome.held_back():
                    dbt.end()
                    warehouse.clear(self.run_id)
        return Result(plan.as_of_date, nodes, tuple(Counter(file.table for file in plan.new_files if not file.connection).items()))

    def _build(self, dbt: DbtProcess, plan: Plan) -> tuple[Build, tuple[Node, ...]]:
        landing = self.settings.landing
        source = f"{landing}, in which {len(plan.new_files)} files are new" if self.settings.target == "duckdb" else "the tables in schema landing"
        self.log(f"Building a copy of the warehouse to {plan.as_of_date} from {source}.")
        build = self.warehouse.start(self.run_id, plan.new_files, plan.known_files, kept_tables(landed=not plan.relands) if plan.rebuilds else None)
        columns = _customer_columns(self.warehouse, build, plan)
        for note in build.notes:
            self.log(note)
        build.target.mkdir(parents=True, exist_ok=True)
        if build.copying:
            build.copying.result()  # If the copy failed, end here: dbt would wait for it.
        arguments = dbt_arguments(self.settings, self.warehouse.options, plan, self.tables)
        run = dbt.run(arguments, dbt_variables(plan, build, columns, of_selection=bool(self.tables)), build.target, Progress(self.log))
        outcome.stop_if_asked()
        nodes = tuple(Node(result["unique_id"], result["status"], result["seconds"]) for result in run.results)
        if not run.success:
            broken_rules = tuple(filter(BROKEN_RULE.fullmatch, run.messages))
            messages = "\n".join(map(build.named, _messages(run, broken_rules)))
            raise RefreshFailed(f"{messages}\nNothing was published: the tables of the last good refresh are unchanged.", nodes, broken_rules)
        return build, nodes

    def _publish(self, build: Build, plan: Plan) -> None:
        forgotten = _words_on_forgotten(self.warehouse, build) if plan.relands else None
        self.warehouse.publish(build, self.log)
        if forgotten:
            self.log(forgotten)


def dbt_arguments(settings: Settings, options: Sequence[str], plan: Plan, tables: Sequence[str]) -> list[str]:
    """Write the dbt command of a refresh.

    Args:
        settings: the configuration from the environment.
        options: what the engine adds.
        plan: what the refresh has to do.
        tables: the tables to rebuild, on trial with all that they are made of; empty for the whole refresh.

    Returns:
        dbt's arguments, without the variables.
    """
    if tables and plan.rebuilds:
        selection = [*CAUTIOUS, "--select", *(f"+{table}" for table in tables)]
    elif tables:
        selection = ["--select", *tables, *SELECTION]
    else:
        selection = [*CAUTIOUS, *LEAVING_OUT] if plan.unchanged else []
    return [*BUILD, *options, *selection, "--threads", f"{threads_of(settings, rebuilds=plan.rebuilds)}"]


def dbt_variables(plan: Plan, build: Build, customer_columns: list[str], *, of_selection: bool) -> dict[str, Any]:
    """Collect the dbt variables of a refresh; dbt_project.yml documents them.

    Args:
        plan: what the refresh has to do.
        build: where it builds.
        customer_columns: the columns of customers that have landed.
        of_selection: whether it rebuilds some tables only.

    Returns:
        The variables.
    """
    variables = {**build.variables, **plan.variables(), "run_id": build.run_id, "customer_columns": customer_columns}
    return variables | ({"is_rebuild": True} if of_selection else {})


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


def _customer_columns(warehouse: Warehouse, build: Build, plan: Plan) -> list[str]:
    """List the columns of customers, landed now or before (unless dropped), so that dbt need not query the warehouse for them."""
    found = {column["name"] for scan in build.variables["landing_scans"].get("customers", ()) for column in scan["columns"]} - {None}
    if warehouse.is_published() and not plan.relands:
        with warehouse.reader() as reader:
            found |= reader.columns("landed_customers")
    return sorted(found)


def _words_on_forgotten(warehouse: Warehouse, build: Build) -> str:
    if is_of_earlier_format(warehouse):
        return "Forgot the landed rows, as an earlier version kept them."
    return f"Forgot {warehouse.count_forgotten(build):,} landed rows that the landing no longer holds."


def _messages(run: DbtRun, broken_rules: Sequence[str]) -> list[str]:
    return failure_messages(run.results, broken_rules) or [without_traceback(error) for error in run.errors] or ["dbt ended without a word."]


def _clear_dead_builds(warehouse: Warehouse, log: Log) -> None:
    """Remove the builds of killed refreshes. Under the lock, no refresh is building here."""
    for run_id in warehouse.stale_builds():
        warehouse.clear(run_id)
        if run_id in warehouse.stale_builds():
            log(f"WARNING: what the dead run {run_id} left in {warehouse.name} cannot be cleared away. It takes room and does no harm; the next refresh tries again.")
        else:
            log(f"Cleared away what the dead run {run_id} left.")
