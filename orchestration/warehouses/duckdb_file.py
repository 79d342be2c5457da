"""A DuckDB file, built as a copy and published by one atomic rename, so that readers never see a partial refresh."""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import yaml
from filelock import FileLock, Timeout

from orchestration.connections.configured import connection_variables, read_connections
from orchestration.connections.folders import connected_files, connection_scans
from orchestration.connections.key import identity_key_file
from orchestration.dbt_project import WORKING_FILE
from orchestration.errors import WinbackError
from orchestration.files import keep_rights, real_path, sync
from orchestration.landing.files import LandedFile, Landing, find_files
from orchestration.landing.snapshot import copy_files, scans_of, write_listing
from orchestration.outcome import interruptible, publishing
from orchestration.quoting import literal
from orchestration.settings import DBT_PROJECT, SEEDS
from orchestration.warehouses import COLUMNS, Build, forgotten_rows
from orchestration.warehouses.builds import MARK, Builds, close, copy_meanwhile, log_of


class _Reader:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, sql: str) -> list[tuple]:
        return self._connection.execute(sql).fetchall()

    def columns(self, table: str) -> set[str]:
        return {name for (name,) in self.rows(COLUMNS.format(table))}


@dataclass(frozen=True)
class DuckDBFile:
    """A published file, and the places beside it that a refresh uses.

    Attributes:
        published: the file that readers open.
        landing: the folder of raw files.
    """

    published: Path
    landing: Path

    adapters = ("dbt-duckdb", "duckdb")
    options = ()
    always_rebuilds = False
    takes_selections = True

    @property
    def name(self) -> str:
        """Return the published path, for messages."""
        return str(self.published)

    @property
    def file(self) -> Path:
        """Return the published file itself after following links: a link is kept, and two names of one file share everything beside it."""
        return real_path(self.published)

    @property
    def builds(self) -> Builds:
        """Return the build folders: beside the published file, because a rename does not cross mounts."""
        return Builds(self.file.parent / "build" / self.file.name)

    @property
    def lock_file(self) -> Path:
        """Return the lock that a refresh holds while it runs; the system frees it when the process dies."""
        return self.file.with_name(self.file.name + ".lock")

    @property
    def holder_file(self) -> Path:
        """Return the file that names the holder of the lock, for those who wait."""
        return self.file.with_name(self.file.name + ".holder")

    def stale_builds(self) -> list[str]:
        """Return the run ids of the folders that dead refreshes left."""
        return self.builds.left()

    def clear(self, run_id: str) -> None:
        """Remove one run's folder, if it exists."""
        self.builds.clear(run_id)

    @contextmanager
    def refresh_lock(self, run_id: str, timeout: float, log: Callable[[str], None]) -> Iterator[None]:
        """Hold the refresh lock.

        Args:
            run_id: the run that takes the lock.
            timeout: seconds to wait for another refresh.
            log: called with the run that holds the lock.

        Yields:
            Nothing. The lock is held inside the block.

        Raises:
            WinbackError: another refresh did not end in time, or the folder cannot be written.
        """
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.lock_file)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                log(f"Waiting for {self._holder()}, which is refreshing {self.published}; for at most {timeout:g} s.")
                lock.acquire(timeout=timeout, poll_interval=0.5)
        except Timeout:
            raise WinbackError(
                f"Gave up after {timeout:g} s: {self._holder()} is still refreshing {self.published}. Try again when it is done, "
                "or set WINBACK_LOCK_TIMEOUT (seconds) higher."
            ) from None
        except OSError as error:
            raise WinbackError(f"Cannot write beside {self.published}: {error}. Give this user the right, or set WINBACK_WAREHOUSE to another path.") from None
        try:
            holder = {"run_id": run_id, "process": os.getpid(), "since": time.strftime("%Y-%m-%d %H:%M:%S %Z")}
            self.holder_file.write_text(json.dumps(holder))
            yield
        finally:
            self.holder_file.unlink(missing_ok=True)
            lock.release()

    def _holder(self) -> str:
        try:
            holder = json.loads(self.holder_file.read_text())
            return f"run {holder['run_id']} (process {holder['process']}, since {holder['since']})"
        except (OSError, ValueError, KeyError):
            return "another refresh"

    def check(self) -> None:
        """Check that a refresh can start from the published file, if there is one.

        Raises:
            WinbackError: the published file is not a DuckDB database, belongs to somebody else, or has a write-ahead log beside it.
        """
        self._refuse_stray_log()
        if not self.published.exists():
            return
        try:
            with duckdb.connect(str(self.published), read_only=True) as connection:
                holds_tables = connection.execute("select count(*) > 0 from duckdb_tables()").fetchone() == (True,)
        except duckdb.Error as error:
            raise WinbackError(
                f"{self.published} exists but is not a DuckDB database that this version can read ({str(error).splitlines()[0]}). "
                "Move it away, and run again to build a new one."
            ) from None
        if holds_tables and not self.is_published():
            raise WinbackError(
                f"{self.published} has tables that no refresh has published, and publishing would replace them. "
                "Move the file away, or set WINBACK_WAREHOUSE to another one, and run again. It was not changed."
            )

    def is_published(self) -> bool:
        """Return whether the file exists and a refresh has made it."""
        if not self.published.exists():
            return False
        with self.reader() as reader:
            tables = {name for (name,) in reader.rows("select schema_name || '.' || table_name from duckdb_tables()")}
        return {"winback.refreshes", "winback_internal.landed_files"} <= tables

    @contextmanager
    def reader(self) -> Iterator[_Reader]:
        """Open the published file, read-only.

        Yields:
            A reader.

        Raises:
            WinbackError: nothing is published, or the file cannot be read.
        """
        if not self.published.exists():
            raise WinbackError(f"Nothing is published at {self.published} yet. Run `winback refresh` (or `winback demo` for the sample) first.")
        try:
            with duckdb.connect(str(self.published), read_only=True) as connection, interruptible(connection.interrupt):
                yield _Reader(connection)
        except duckdb.Error as error:
            raise WinbackError(f"{self.published} cannot be read as a Winback warehouse: {str(error).splitlines()[0]}. Run `winback refresh` again.") from None

    def find_landing(self) -> Landing:
        """List the landing files, and those of connections.

        Raises:
            WinbackError: a folder is missing or unreadable.
        """
        connections = read_connections(SEEDS)
        landing = Landing(self.landing, (), ()) if connections and not self.landing.is_dir() else find_files(self.landing)
        return replace(landing, files=(*landing.files, *(file for connection in connections for file in connected_files(connection))))

    def start(self, run_id: str, new_files: Sequence[LandedFile], known_files: Sequence[LandedFile], only: list[str] | None) -> Build:
        """Create the file that a refresh builds in.

        Args:
            run_id: the name of the working folder.
            new_files: the files to read.
            known_files: the files that need not be read.
            only: the tables to copy from the published file, with their schemas; None for the whole file.

        Returns:
            The build. Its file has the name used by the parsed project, whatever the published one is called.
        """
        folder = self.builds.make(run_id)
        working = folder / WORKING_FILE
        # Before the copy of the warehouse begins, because an unreadable file ends the refresh.
        (folder / "landing").mkdir()
        copies = copy_files(new_files, folder / "landing")
        copying = None
        if self.published.exists() and only is None:
            copying = copy_meanwhile(self.published, working)
        elif self.published.exists():
            self._copy_tables(working, only)
        connected, notes = connection_variables(read_connections(SEEDS), connection_scans(copies), identity_key_file(self.file))
        listing = folder / "new_files.json"
        write_listing(copies, known_files, listing)
        variables = {
            "db_path": str(working),
            "published_file": str(self.published) if copying else "",
            "listing": str(listing),
            "landing_scans": scans_of(copy for copy in copies if not copy.file.connection),
            **connected,
            "allowed_folders": [str(folder)],
            "held": str(folder / MARK),
        }
        return Build(run_id, variables, folder / "target", copying, {str(copy.path): str(copy.file.path) for copy in copies}, notes)

    def count_forgotten(self, build: Build) -> int:
        """Count the published landed rows that a finished build does not contain."""
        with self.reader() as reader:
            reader.rows(f"attach {literal(build.variables['db_path'])} as finished_build (read_only)")
            return forgotten_rows(reader, "finished_build.winback_internal")

    def _copy_tables(self, working: Path, tables: list[str]) -> None:
        profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text())["winback"]["outputs"]["duckdb"]
        with duckdb.connect(str(working), config=profile["config_options"]) as connection, interruptible(connection.interrupt):
            connection.execute(f"attach {literal(self.published)} as last_published (read_only)")
            rows = connection.execute("select schema_name || '.' || table_name from duckdb_tables() where database_name = 'last_published'").fetchall()
            for table in [table for table in tables if (table,) in rows]:
                connection.execute(f"create schema if not exists {table.split('.')[0]}")
                connection.execute(f"create table {table} as from last_published.{table}")

    def publish(self, build: Build, log: Callable[[str], None]) -> None:
        """Replace the published file by a finished working file, in one step that survives a power failure.

        Args:
            build: the finished build.
            log: called if the file's owner or group could not be kept.

        Raises:
            WinbackError: the file cannot be closed, or a log has appeared beside the published file.
        """
        working = Path(build.variables["db_path"])
        if log_of(working).exists():
            close(working)
        self._refuse_stray_log()
        warning = keep_rights(working, self.file)
        sync(working)
        with publishing():
            working.replace(self.file)
        sync(self.file.parent)
        if warning:
            log(f"WARNING: {warning}")

    def _refuse_stray_log(self) -> None:
        """Refuse a write-ahead log of the old file, which DuckDB would replay into the new one."""
        log = log_of(self.file)
        if log.exists():
            raise WinbackError(
                f"{log} is beside the published warehouse: something has opened that file for writing. Close it (read-only access is "
                "enough for readers); if no one has it open, open and close it once with DuckDB, or delete the log, then run again."
            )

    def has_user_landing(self) -> bool:
        """Return False: the landing is a folder, which is checked directly."""
        return False

    def tag_sample_landing(self) -> None:
        """Do nothing: the landing is a folder, which has its own marker."""

    def archive(self) -> str:
        """Rename the published file.

        Returns:
            Its new path.
        """
        aside = self.file.with_name(self.file.name + ".older_sample")
        self.file.replace(aside)
        return str(aside)
