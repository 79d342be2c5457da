"""Which runs are alive: each holds a lock that the system frees when its process dies, and a killed one is told from it.

A run that has no such file, of another machine or an older version, is left alone.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dagster import DagsterInstance, DagsterRunStatus

UNDER_WAY = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.QUEUED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
KILLED = "The refresh was killed. What is published is whole: its tables, or those of the refresh before."


def _locks(instance: DagsterInstance) -> Path:
    return Path(instance.root_directory) / "winback_runs"


@contextmanager
def declared_alive(instance: DagsterInstance, run_id: str) -> Iterator[None]:
    """Hold the lock of a run, unless this process or its parent holds it already.

    Args:
        instance: Dagster's.
        run_id: the run.

    Yields:
        Nothing; the run counts as alive inside.
    """
    file = _locks(instance) / f"{run_id}.lock"
    descriptor = _take(file)
    try:
        yield
    finally:
        if descriptor is not None:
            file.unlink(missing_ok=True)
            os.close(descriptor)


def _take(file: Path) -> int | None:
    """None where it is held already, or cannot be: such a run is like one of an older version."""
    with suppress(OSError):
        if file.exists():
            return _locked(file)
        file.parent.mkdir(exist_ok=True)
        # Locked under another name first: nobody finds it unheld.
        unheld = file.with_suffix(f".{os.getpid()}")
        unheld.touch()
        descriptor = _locked(unheld)
        unheld.rename(file)
        return descriptor
    return None


def _locked(file: Path) -> int:
    descriptor = os.open(file, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def fail_dead_runs(instance: DagsterInstance, log: Callable[[str], None] = lambda _: None) -> None:
    """Tell Dagster of the runs that were killed, which it would count as under way for ever.

    Args:
        instance: Dagster's.
        log: informed of each.
    """
    for file in sorted(_locks(instance).glob("*.lock")):
        try:
            descriptor = _locked(file)
        except OSError:  # held, or gone meanwhile: alive, or done
            continue
        try:
            fail_run(instance, file.stem, log)
            file.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def fail_run(instance: DagsterInstance, run_id: str, log: Callable[[str], None]) -> None:
    """Tell Dagster that a run was killed, if it does not know that it has ended.

    Args:
        instance: Dagster's.
        run_id: the run, which is known to be dead.
        log: informed if so.
    """
    run = instance.get_run_by_id(run_id)
    if run and run.status in UNDER_WAY:
        instance.report_run_failed(run, KILLED)
        log(f"Run {run_id} was killed; Dagster now counts it as failed.")
