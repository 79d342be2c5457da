"""Spark, through a Thrift server: each refresh builds its own database, and the views in `winback` are then pointed at it.

Spark has no transaction over several tables. The views are pointed one at a time: for some seconds, some show this refresh and some
the last. If a refresh dies in those seconds, the next one completes its publishing.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pyhive import hive
from pyhive.exc import Error
from thrift.Thrift import TException

from orchestration.connections.schemas import schema_variables
from orchestration.dbt_project import published_models
from orchestration.errors import WinbackError
from orchestration.landing.files import LandedFile
from orchestration.outcome import publishing
from orchestration.quoting import spark_identifier, spark_literal
from orchestration.settings import STATE
from orchestration.warehouses import Build, forgotten_rows

PUBLIC, PRIVATE = "winback", "winback_internal"
BUILDS = "winback_build_"
SAMPLE = "winback.sample"
# The published build, the one before it (queries may still be reading it), and the one being published.
CURRENT, BEFORE, NEXT = "winback.current", "winback.before", "winback.next"


class _Reader:
    """Reads one build, because private tables have no permanent name here."""

    def __init__(self, execute: Callable[[str], list[tuple]], build: str) -> None:
        self._execute, self._build = execute, build

    def rows(self, sql: str) -> list[tuple]:
        return self._execute(sql.replace(f"{PRIVATE}.", f"{self._build}."))

    def columns(self, table: str) -> set[str]:
        known = {name for _, name, *_ in self._execute(f"show tables in {self._build}")}
        return {name for (name, *_) in self._execute(f"show columns in {self._build}.{table}")} if table in known else set()


class SparkWarehouse:
    """A Thrift server at WINBACK_SPARK_HOST and WINBACK_SPARK_PORT. Tables are plain Parquet, so each refresh derives everything from scratch."""

    adapters = ("dbt-spark",)
    options = ("--full-refresh",)
    always_rebuilds = True
    takes_selections = False

    def __init__(self) -> None:
        port = os.environ.get("WINBACK_SPARK_PORT", "10000")
        if not port.isdigit():
            raise WinbackError(f"WINBACK_SPARK_PORT is '{port}': give a number.")
        self._where = {"host": os.environ.get("WINBACK_SPARK_HOST", "localhost"), "port": int(port)}
        self.name = "spark://{host}:{port}".format(**self._where)

    def _do(self, sql: str) -> list[tuple]:
        try:
            connection = hive.connect(**self._where, username=os.environ.get("WINBACK_SPARK_USER", "winback"), configuration={"spark.sql.session.timeZone": "UTC"})
            cursor = connection.cursor()
            cursor.execute(sql)
            dates = [kind == "DATE_TYPE" for _, kind, *_ in cursor.description or []]
            rows = [tuple(_value(value, is_date) for value, is_date in zip(row, dates, strict=True)) for row in cursor.fetchall()] if cursor.description else []
            with contextlib.suppress(Error):  # The query is done; an error on closing the session does not matter.
                connection.close()
            return rows
        except Error as error:
            raise WinbackError(f"Spark refused: {_words(error)}") from None
        except (OSError, TException) as error:  # Thrift has its own errors for an unreachable server.
            raise WinbackError(f"{self.name} does not answer: {error}. Check WINBACK_SPARK_HOST and WINBACK_SPARK_PORT.") from None

    @contextmanager
    def refresh_lock(self, run_id: str, timeout: float, log: Callable[[str], None]) -> Iterator[None]:
        """Hold the refresh lock, a file of this machine: Spark itself has none, so only one machine may refresh a cluster.

        Args:
            run_id: not used.
            timeout: seconds to wait for another refresh.
            log: called when the lock is held by another refresh.

        Yields:
            Nothing. The lock is held inside the block.

        Raises:
            WinbackError: another refresh did not end in time.
        """
        STATE.mkdir(exist_ok=True)
        lock = FileLock(STATE / f"spark_{self._where['host']}_{self._where['port']}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            log(f"Waiting for another refresh of {self.name}; for at most {timeout:g} s.")
            try:
                lock.acquire(timeout=timeout, poll_interval=0.5)
            except Timeout:
                raise WinbackError(f"Gave up after {timeout:g} s: another refresh of {self.name} is still running.") from None
        try:
            yield
        finally:
            lock.release()

    def stale_builds(self) -> list[str]:
        """Return the run ids of the databases that dead refreshes left. If one was being published, complete its publishing first."""
        marks = self._marks()
        if marks.get(NEXT) and marks[NEXT] != marks.get(CURRENT):
            self._point_at(marks[NEXT], marks.get(CURRENT))
            marks = self._marks()
        found = [name for (name, *_) in self._do("show databases") if name.startswith(BUILDS) and name not in marks.values()]
        return sorted(name.removeprefix(BUILDS).replace("_", "-") for name in found)

    def clear(self, run_id: str) -> None:
        """Drop the database of a run, unless it is published."""
        shutil.rmtree(_scratch(run_id), ignore_errors=True)
        if _schema(run_id) not in self._marks().values():
            self._do(f"drop database if exists {_schema(run_id)} cascade")

    def check(self) -> None:
        """Check nothing: any fault has shown itself by now."""

    def is_published(self) -> bool:
        """Return whether a refresh has published here."""
        return CURRENT in self._marks()

    @contextmanager
    def reader(self) -> Iterator[_Reader]:
        """Read the published tables.

        Yields:
            A reader.

        Raises:
            WinbackError: nothing is published, or the server does not answer.
        """
        current = self._marks().get(CURRENT)
        if not current:
            raise WinbackError(f"Nothing is published at {self.name} yet. Run `winback refresh` (or `winback demo` for the sample) first.")
        yield _Reader(self._do, current)

    def find_landing(self) -> None:
        """Return None: the landing is a database of tables, all of whose rows are scanned."""

    @contextmanager
    def source_tables(self, schema: str, tables: Iterable[str]) -> Iterator[tuple[dict[str, list[dict]], _Reader]]:
        """Look at tables from which rows are read.

        Args:
            schema: their database.
            tables: the tables that are read.

        Yields:
            For each that exists its only scan, with the names and types of its columns; and a reader.

        Raises:
            WinbackError: the server does not answer, or reports an error.
        """
        named = spark_identifier(schema)
        there = {table for _, table, *_ in self._do(f"show tables in {named}")} if (schema,) in self._do("show databases") else set()
        found: dict[str, list[dict]] = {}
        for table in there.intersection(tables):
            # Lines after one without a type describe the table, not its columns.
            columns = takewhile(lambda row: row[1], self._do(f"describe table {named}.{spark_identifier(table)}"))
            found[table] = [{"columns": [{"name": name.lower(), "type": kind} for name, kind, *_ in columns]}]
        yield found, _Reader(self._do, schema)

    def start(self, run_id: str, new_files: Sequence[LandedFile], known_files: Sequence[LandedFile], only: list[str] | None) -> Build:
        """Create the database that a refresh builds in.

        Args:
            run_id: the run that names the database.
            new_files: none; the landing is tables.
            known_files: none.
            only: the published tables to copy.

        Returns:
            The build.
        """
        schema, current = _schema(run_id), self._marks().get(CURRENT)
        self._do(f"create database {schema}")
        kept = {table for _, table, *_ in self._do(f"show tables in {current}")} & set(only or ()) if current else set()
        for table in sorted(kept):
            self._do(f"create table {schema}.{table} using parquet as select * from {current}.{table}")
        read, notes = schema_variables(self)
        return Build(run_id, {"build_schema": schema, **read}, _scratch(run_id) / "target", notes=notes)

    def count_forgotten(self, build: Build) -> int:
        """Count the published landed rows that a finished build does not contain."""
        with self.reader() as reader:
            return forgotten_rows(reader, build.variables["build_schema"])

    def publish(self, build: Build, log: Callable[[str], None]) -> None:
        """Point the public views at a finished build.

        Args:
            build: the finished build.
            log: not used.
        """
        with publishing():
            self._point_at(build.variables["build_schema"], self._marks().get(CURRENT))

    def _point_at(self, build: str, replaced: str | None) -> None:
        self._do(f"create database if not exists {PUBLIC}")
        self._mark({NEXT: build})
        for model in published_models():
            self._do(f"create or replace view {PUBLIC}.{model} as select * from {build}.{model}")
        outdated = self._marks().get(BEFORE)
        self._mark({CURRENT: build, BEFORE: replaced or ""})
        if outdated:
            self._do(f"drop database if exists {outdated} cascade")

    def _marks(self) -> dict[str, str]:
        if (PUBLIC,) not in self._do("show databases"):
            return {}
        found = {name: text for name, text, *_ in self._do(f"describe database extended {PUBLIC}")}.get("Properties", "")
        pairs = (pair.strip("() ").split(",", 1) for pair in found.replace("), (", ")|(").strip("()").split(")|("))
        return {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and pair[0] in (CURRENT, BEFORE, NEXT) and pair[1]}

    def _mark(self, marks: dict[str, str]) -> None:
        pairs = ", ".join(f"'{name}' = '{value}'" for name, value in marks.items())
        self._do(f"alter database {PUBLIC} set dbproperties ({pairs})")

    def load_landing(self, table: str, columns: list[str], rows: Path) -> int:
        """Replace a landing table.

        Args:
            table: its name.
            columns: their names; all are text.
            rows: a Parquet file with these columns.

        Returns:
            The number of rows loaded.

        Raises:
            WinbackError: no folder shared with the cluster is configured, or the server reports an error.
        """
        shared = os.environ.get("WINBACK_SPARK_FOLDER", "").strip()
        if not shared:
            raise WinbackError("WINBACK_SPARK_FOLDER is not set: name a folder for landing tables that this machine and the cluster both see.")
        folder = Path(shared) / "landing" / table
        self._do("create database if not exists landing")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._do(f"drop table if exists landing.{table}")
            shutil.copyfile(rows, folder / "rows.parquet")
        except OSError as error:
            raise WinbackError(f"WINBACK_SPARK_FOLDER cannot be written: {error}. Give this user the right, or name another folder.") from None
        self._do(f"create table landing.{table} using parquet location {spark_literal(folder)}")
        ((count,),) = self._do(f"select count(*) from landing.{table}")
        return count

    def has_user_landing(self) -> bool:
        """Return whether there are landing tables that are not the sample's."""
        if ("landing",) not in self._do("show databases"):
            return False
        return SAMPLE not in str(self._do("describe database extended landing")) and bool(self._do("show tables in landing"))

    def tag_sample_landing(self) -> None:
        """Mark on the cluster that the landing tables are the sample's."""
        self._do(f"alter database landing set dbproperties ('{SAMPLE}' = 'true')")

    def archive(self) -> str:
        """Refuse to move databases, because views may depend on them.

        Raises:
            WinbackError: always.
        """
        raise WinbackError(f"{self.name} has an older sample. Drop its database {PUBLIC} (cascade), and run again.")


def _schema(run_id: str) -> str:
    return BUILDS + run_id.replace("-", "_")


def _scratch(run_id: str) -> Path:
    return STATE / "build" / run_id


def _value(value: Any, is_date: bool) -> Any:
    return date.fromisoformat(value) if is_date and isinstance(value, str) else value


def _words(error: Error) -> str:
    """Return the first line of Spark's error, which otherwise includes its whole call stack."""
    status = getattr(error.args[0], "status", None) if error.args else None
    return str(getattr(status, "errorMessage", error)).splitlines()[0].removeprefix("Error running query: ")
