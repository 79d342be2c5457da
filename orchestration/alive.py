"""Detects which runs are alive. Each run holds a file lock that the system frees when its process dies, so a killed run can be recognised.

A run without such a lock file, from another machine or an older version, is not touched.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dagster import DagsterInstance, DagsterRunStatus

from orchestration.outcome import KILLED

UNDER_WAY = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.QUEUED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


def _locks(instance: DagsterInstance) -> Path:
    return Path(instance.root_directory) / "winback_runs"


@contextmanager
def declared_alive(instance: DagsterInstance, run_id: str) -> Iterator[None]:
    """Hold the lock of a run, unless this process or its parent already holds it.

    Args:
        instance: the Dagster instance.
        run_id: the run.

    Yields:
        Nothing. The run counts as alive inside the block.
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
    """Take a lock; return None where it is already held or cannot be taken. Such a run is treated like one of an older version."""
    with suppress(OSError):
        if file.exists():
            return _locked(file)
        file.parent.mkdir(exist_ok=True)
        # Locked under another name first, so that no other process finds the file unlocked.
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
    """Report killed runs to Dagster, which would otherwise show them as in progress for ever.

    Args:
        instance: the Dagster instance.
        log: called once for each such run.
    """
    for file in sorted(_locks(instance).glob("*.lock")):
        try:
            descriptor = _locked(file)
        except OSError:  # held or removed meanwhile: the run is alive or has ended
            continue
        try:
            fail_run(instance, file.stem, log)
            file.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def fail_run(instance: DagsterInstance, run_id: str, log: Callable[[str], None]) -> None:
    """Report to Dagster that a run was killed, unless Dagster already knows that it has ended.

    Args:
        instance: the Dagster instance.
        run_id: the run, which is known to be dead.
        log: called if Dagster is updated.
    """
    run = instance.get_run_by_id(run_id)
    if run and run.status in UNDER_WAY:
        instance.report_run_failed(run, KILLED)
        log(f"Run {run_id} was killed; Dagster now counts it as failed.")
