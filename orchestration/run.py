"""Runs the Dagster job `refresh` in this process, for the command line."""

import contextlib
import gc
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from orchestration import outcome
from orchestration.errors import WinbackError
from orchestration.request import Request
from orchestration.settings import STATE, load_settings

if TYPE_CHECKING:  # Dagster takes a second to import.
    from dagster import DagsterInstance, ExecuteInProcessResult


def run_refresh(request: Request, log: Callable[[str], None]) -> None:
    """Run the job in this process. Runs from the command line are recorded with those of `dagster dev`, in Dagster's home.

    Args:
        request: the options of the refresh.
        log: called with messages for the user.

    Raises:
        WinbackError: nothing was published; the message says why.
        Stopped: a signal came.
    """
    request.as_of_date  # noqa: B018 - a malformed date is refused before Dagster is imported
    load_settings()
    log("Starting the refresh.")
    home = Path(os.environ.setdefault("DAGSTER_HOME", str(STATE / "dagster")))
    _make_home(home)
    from orchestration.dagster_sqlite import keep_connections
    from orchestration.definitions import defs
    from orchestration.progress import show_on_terminal

    # Imported modules stay in memory to the end: exclude them from garbage collection.
    gc.freeze()
    show_on_terminal()
    keep_connections()
    job = defs.resolve_job_def("refresh")
    run_config = {"ops": {"warehouse": {"config": asdict(request)}}, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    outcome.begin()
    try:
        failure = _run(home, lambda instance, run_id: job.execute_in_process(run_config=run_config, instance=instance, run_id=run_id, raise_on_error=False))
    except Exception as error:  # noqa: BLE001 - a refresh ends its run itself: this error is from Dagster or its database, of any type
        failure = _unusable(home, error) + ("" if outcome.has_published() else " Nothing was published.")
    outcome.stop_if_asked()
    if failure and outcome.has_published():
        log(f"WARNING: the tables are published, but the run that published them could not be recorded to its end. {failure}")
    elif failure:
        raise WinbackError(failure)


def _run(home: Path, execute: "Callable[[DagsterInstance, str], ExecuteInProcessResult]") -> str | None:
    """Run the job; return why it failed, or None."""
    from dagster import DagsterInstance

    from orchestration.alive import declared_alive

    run_id = str(uuid4())
    # dbt's own log goes to Dagster's log; the terminal gets only the messages of the refresh.
    with DagsterInstance.from_config(str(home)) as instance, Path(os.devnull).open("w") as devnull, contextlib.redirect_stdout(devnull), declared_alive(instance, run_id):
        result = execute(instance, run_id)
    return None if result.success else _failure(result)


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        config = home / "dagster.yaml"
        if not config.exists():
            shutil.copyfile(Path(__file__).with_name("dagster.yaml"), config)
    except OSError as error:
        raise WinbackError(f"{_unusable(home, error)} Nothing was published.") from None


def _unusable(home: Path, error: Exception) -> str:
    words = " ".join(str(error).split("[SQL:", maxsplit=1)[0].split())[:300]
    return (
        f"Dagster's home {home} cannot be used ({type(error).__name__}: {words}). It keeps the history of runs, and no tables: "
        "mend it, move it away to begin another one, or set DAGSTER_HOME to another folder."
    )


def _failure(result: "ExecuteInProcessResult") -> str:
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            if data.user_failure_data and data.user_failure_data.description:
                return data.user_failure_data.description
            return data.error.to_string()
    return "The run failed before its first step; see it in Dagster."
