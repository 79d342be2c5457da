"""One refresh at a time, on a copy, published by one atomic rename: readers never see half a refresh."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from orchestration.errors import WinbackError


@dataclass(frozen=True)
class Workspace:
    """A published file and the places beside it that a refresh uses.

    Attributes:
        published: the file that readers open.
    """

    published: Path

    @property
    def builds(self) -> Path:
        """Folder of working copies; beside the published file, for a rename does not cross mounts."""
        return self.published.parent / "build" / self.published.stem

    @property
    def lock_file(self) -> Path:
        """What a refresh holds while it runs; the system frees it when the process dies."""
        return self.published.with_name(self.published.name + ".lock")

    @property
    def holder_file(self) -> Path:
        """Says who holds the lock, for those who wait."""
        return self.published.with_name(self.published.name + ".holder")

    def leftovers(self) -> list[str]:
        """Run ids of the folders that dead refreshes left; asked only under the lock."""
        return sorted(path.name for path in self.builds.iterdir()) if self.builds.is_dir() else []

    def clear(self, run_id: str) -> None:
        """Remove one run's folder, if it is there."""
        shutil.rmtree(self.builds / run_id, ignore_errors=True)


@contextmanager
def only_refresh(workspace: Workspace, run_id: str, timeout: float, report: Callable[[str], None]) -> Iterator[None]:
    """Hold the refresh lock of a warehouse.

    Args:
        workspace: where.
        run_id: who we are.
        timeout: seconds to wait for another refresh.
        report: told for whom we wait.

    Yields:
        Nothing; the lock is held inside.

    Raises:
        WinbackError: another refresh did not end in time, or the folder cannot be written.
    """
    try:
        workspace.published.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(workspace.lock_file)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            report(f"Waiting for {_holder(workspace)}, which is refreshing {workspace.published}; for {timeout:g} s at most.")
            lock.acquire(timeout=timeout, poll_interval=0.5)
    except Timeout:
        raise WinbackError(
            f"Gave up after {timeout:g} s: {_holder(workspace)} is still refreshing {workspace.published}. Try again when it is done, "
            "or set WINBACK_LOCK_TIMEOUT (seconds) higher."
        ) from None
    except OSError as error:
        raise WinbackError(f"Cannot write beside {workspace.published}: {error}. Give this user the right, or set WINBACK_WAREHOUSE elsewhere.") from None
    try:
        holder = {"run_id": run_id, "process": os.getpid(), "since": time.strftime("%Y-%m-%d %H:%M:%S %Z")}
        workspace.holder_file.write_text(json.dumps(holder))
        yield
    finally:
        workspace.holder_file.unlink(missing_ok=True)
        lock.release()


def _holder(workspace: Workspace) -> str:
    try:
        holder = json.loads(workspace.holder_file.read_text())
        return f"run {holder['run_id']} (process {holder['process']}, since {holder['since']})"
    except (OSError, ValueError, KeyError):
        return "another refresh"


def start_working_copy(workspace: Workspace, run_id: str, only: list[str] | None = None) -> Path:
    """Make the file that a refresh builds in. Call it under the lock.

    Args:
        workspace: where.
        run_id: names the working folder.
        only: the tables to take over from the published file, with their schemas; None for the whole file.

    Returns:
        The working file; it has the published file's name, for views carry their catalog's name.
    """
    folder = workspace.builds / run_id
    folder.mkdir(parents=True)
    working = folder / workspace.published.name
    if workspace.published.exists() and only is None:
        shutil.copyfile(workspace.published, working)
    elif workspace.published.exists():
        _take_over(workspace.published, working, only)
    return working


def _take_over(published: Path, working: Path, tables: list[str]) -> None:
    with duckdb.connect(str(working)) as connection:
        connection.execute(f"attach '{str(published).replace(chr(39), chr(39) * 2)}' as last_published (read_only)")
        rows = connection.execute("select schema_name || '.' || table_name from duckdb_tables() where database_name = 'last_published'").fetchall()
        for table in [table for table in tables if (table,) in rows]:
            connection.execute(f"create schema if not exists {table.split('.')[0]}")
            connection.execute(f"create table {table} as from last_published.{table}")


def publish(workspace: Workspace, working: Path) -> None:
    """Put a finished working file in place of the published one, in one step that survives a power cut.

    Args:
        workspace: where.
        working: the finished file.

    Raises:
        WinbackError: the file is not closed, or a log has turned up beside the published file.
    """
    if _log(working).exists():
        raise WinbackError(f"The build left {_log(working)}: the file was not closed, so nothing was published. Run the refresh again.")
    refuse_stray_log(workspace)
    _fsync(working)
    os.replace(working, workspace.published)
    _fsync(workspace.published.parent)


def refuse_stray_log(workspace: Workspace) -> None:
    """Refuse to go on beside a write-ahead log of the published file: DuckDB would replay it into the new one.

    Args:
        workspace: where.

    Raises:
        WinbackError: there is one.
    """
    log = _log(workspace.published)
    if log.exists():
        raise WinbackError(
            f"{log} lies beside the published warehouse: something has opened that file for writing. Close it (read-only access is "
            "enough for readers); if nobody has it open, open and close it once with DuckDB, or delete the log, then run again."
        )


def check_published(workspace: Workspace) -> None:
    """See that a refresh can start from what is published, if anything is.

    Args:
        workspace: where.

    Raises:
        WinbackError: the published file is no DuckDB database, or has a write-ahead log beside it.
    """
    refuse_stray_log(workspace)
    path = workspace.published
    if not path.exists():
        return
    try:
        duckdb.connect(str(path), read_only=True).close()
    except duckdb.Error as error:
        raise WinbackError(
            f"{path} is there but is no DuckDB database that this version can read ({str(error).splitlines()[0]}). Move it away, and run again "
            "to build it anew."
        ) from None


def _log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
