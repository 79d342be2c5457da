"""A PostgreSQL database: built in a separate schema, published by pointing the views in `winback` at it, in one transaction.

Views, not renamed tables, because readers' own views depend on ours and remain valid. A transaction that has read one of ours
delays the swap until it ends, so it never sees two refreshes.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from psycopg2.extensions import connection as Connection
from psycopg2.sql import SQL, Identifier, Literal

from orchestration.connections.schemas import schema_variables
from orchestration.dbt_project import BUILD_SCHEMA, published_models
from orchestration.errors import WinbackError
from orchestration.landing.files import LandedFile
from orchestration.outcome import publishing
from orchestration.settings import STATE
from orchestration.warehouses import Build, forgotten_rows
from orchestration.warehouses.postgres_server import Reader, Server, translate_errors
from orchestration.warehouses.postgres_swap import ReadersActive, drop_replaced, lock_public_views, swap

PUBLIC, PRIVATE = "winback", BUILD_SCHEMA
BUILDS = "winback_build_"
LEAST_VERSION = 16
SAMPLE = "The sample that winback demo has loaded."
LOCK = "(hashtext('winback refresh'), 0)"


class PostgresWarehouse:
    """A database, located by the variables of PostgreSQL's own clients: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD."""

    adapters = ("dbt-postgres", "psycopg2-binary")
    options = ()
    always_rebuilds = False
    # When dbt replaces a table it drops the views on it, selected or not.
    takes_selections = False

    def __init__(self) -> None:
        self._server = Server()
        self.name = self._server.name
        self.source_tables = self._server.source_tables
        self._held: Connection | None = None
        self._patience = 0.0

    @contextmanager
    def refresh_lock(self, run_id: str, timeout: float, log: Callable[[str], None]) -> Iterator[None]:
        """Hold the refresh lock of the database; the server frees it when the process dies.

        Args:
            run_id: the run that takes the lock.
            timeout: seconds to wait for another refresh, and at the end for readers.
            log: called with the run that holds the lock.

        Yields:
            Nothing. The lock is held inside the block.

        Raises:
            WinbackError: the server does not answer, or another refresh did not end in time.
        """
        self._held = self._server.connect(f"winback refresh {run_id}")
        self._patience = timeout
        try:
            with translate_errors():
                # A role's limits are for its queries; this session waits, copies and swaps.
                self._do(SQL("set statement_timeout = 0; set lock_timeout = 0; set idle_session_timeout = 0; set idle_in_transaction_session_timeout = 0"))
                deadline = time.monotonic() + timeout
                waits = False
                while not self._rows(SQL("select pg_try_advisory_lock" + LOCK))[0][0]:
                    if time.monotonic() >= deadline:
                        raise WinbackError(
                            f"Gave up after {timeout:g} s: {self._holder()} is still refreshing {self.name}. Try again when it is done, "
                            "or set WINBACK_LOCK_TIMEOUT (seconds) higher."
                        )
                    if not waits:
                        log(f"Waiting for {self._holder()}, which is refreshing {self.name}; for at most {timeout:g} s.")
                        waits = True
                    time.sleep(0.5)
            yield
        finally:
            self._held.close()

    def _holder(self) -> str:
        found = self._rows(
            SQL(
                """
                select application_name, activity.pid, to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')
                from pg_locks as locks inner join pg_stat_activity as activity on locks.pid = activity.pid
                where locktype = 'advisory' and granted and locks.database = (select oid from pg_database where datname = current_database())
                    and (classid::bigint, objid::bigint) = (hashtext('winback refresh')::bigint & 4294967295, 0)
                """
            )
        )
        if not found:
            return "another refresh"
        application, process, since = found[0]
        return f"run {application.removeprefix('winback refresh ')} (server process {process}, since {since})"

    def stale_builds(self) -> list[str]:
        """Return the run ids of the schemas that dead refreshes left."""
        with translate_errors():
            found = self._rows(SQL("select nspname from pg_namespace where starts_with(nspname, {})").format(Literal(BUILDS)))
        return sorted(name.removeprefix(BUILDS).replace("_", "-") for (name,) in found)

    def clear(self, run_id: str) -> None:
        """Drop the schema of a run, if it exists; cancel what a dead run is still doing in it."""
        shutil.rmtree(_scratch(run_id), ignore_errors=True)
        if self._held is None or self._held.closed:
            return
        with translate_errors():
            self._rows(
                SQL("select pg_terminate_backend(pid) from pg_stat_activity where application_name = {}").format(Literal(_application(run_id))),
            )
            self._do(SQL("drop schema if exists {} cascade").format(Identifier(_schema(run_id))))

    def check(self) -> None:
        """Check that the server is recent enough.

        Raises:
            WinbackError: it is too old.
        """
        version = self._held.server_version // 10_000
        if version < LEAST_VERSION:
            raise WinbackError(f"{self.name} is PostgreSQL {version}; {LEAST_VERSION} or later is needed.")

    def is_published(self) -> bool:
        """Return whether a refresh has published here."""
        with self._server.reading() as reader:
            ((found,),) = reader.rows(f"select to_regclass('{PUBLIC}.refreshes') is not null and to_regclass('{PRIVATE}.landed_files') is not null")
        return found

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Read the published tables in one snapshot.

        Yields:
            A reader.

        Raises:
            WinbackError: nothing is published, or the server does not answer.
        """
        if not self.is_published():
            raise WinbackError(f"Nothing is published at {self.name} yet. Run `winback refresh` (or `winback demo` for the sample) first.")
        with self._server.reading() as reader:
            yield reader

    def find_landing(self) -> None:
        """Return None: the landing is a schema of tables, all of whose rows are scanned."""

    def start(self, run_id: str, new_files: Sequence[LandedFile], known_files: Sequence[LandedFile], only: list[str] | None) -> Build:
        """Create the schema that a refresh builds in.

        Args:
            run_id: the run that names the schema.
            new_files: none; the landing is tables.
            known_files: none.
            only: the published tables to copy; None for all of them.

        Returns:
            The build.
        """
        schema = _schema(run_id)
        with translate_errors(), self._transaction():
            self._do(SQL("create schema {}").format(Identifier(schema)))
            tables = self._rows(SQL("select relname from pg_class where relnamespace = to_regnamespace({}) and relkind = 'r'").format(Literal(PRIVATE)))
            for (table,) in tables:
                if only is None or table in only:
                    of = {"new": Identifier(schema, table), "old": Identifier(PRIVATE, table)}
                    self._do(SQL("create table {new} (like {old} including all)").format(**of))
                    self._do(SQL("insert into {new} select * from {old}").format(**of))
                    self._do(SQL("analyze {new}").format(**of))
        read, notes = schema_variables(self)
        return Build(run_id, {"build_schema": schema, "application_name": _application(run_id), **read}, _scratch(run_id) / "target", notes=notes)

    def count_forgotten(self, build: Build) -> int:
        """Count the published landed rows that a finished build does not contain."""
        with self.reader() as reader:
            return forgotten_rows(reader, build.variables["build_schema"])

    def publish(self, build: Build, log: Callable[[str], None]) -> None:
        """Point the public views at a finished build, all at once.

        Args:
            build: the finished build.
            log: called if readers delay the swap, or if their views depend on private tables.

        Raises:
            WinbackError: readers did not finish in time, or one of their views depends on a removed column.
        """
        deadline = time.monotonic() + self._patience
        waits = False
        replaced = f"{PRIVATE}_replaced_by_{build.run_id.replace('-', '_')[:8]}"
        with translate_errors():
            while True:
                try:
                    with publishing(), self._transaction():
                        lock_public_views(self._held, PUBLIC, published_models())
                        swap(self._held, build.variables["build_schema"], PUBLIC, PRIVATE, replaced, published_models())
                    break
                except ReadersActive:
                    if time.monotonic() >= deadline:
                        raise WinbackError(
                            f"The tables are built, but readers have held the published ones for {self._patience:g} s: {self._readers()}. "
                            "Let them end their transactions and run again. Nothing was published."
                        ) from None
                    if not waits:
                        log(f"Waiting for readers to end their transactions ({self._readers()}); for at most {self._patience:g} s.")
                        waits = True
                    time.sleep(0.2)
        try:
            with translate_errors():
                for line in drop_replaced(self._held, PRIVATE):
                    log(line)
        except WinbackError as error:
            log(f"WARNING: the tables of the previous refresh could not be dropped; the next refresh will try again. {error}")

    def _readers(self) -> str:
        found = self._rows(
            SQL(
                """
                select distinct activity.pid, coalesce(nullif(application_name, ''), 'a client without a name'), usename
                from pg_locks as locks
                inner join pg_stat_activity as activity on locks.pid = activity.pid
                inner join pg_class as relations on locks.relation = relations.oid
                where relations.relnamespace = to_regnamespace({}) and activity.pid <> pg_backend_pid()
                """
            ).format(Literal(PUBLIC))
        )
        return ", ".join(f"server process {pid} of {user}, {application}" for pid, application, user in found) or "none left now"

    def load_landing(self, table: str, columns: list[str], rows: Path) -> int:
        """Replace a landing table.

        Args:
            table: its name.
            columns: their names; all are text.
            rows: a Parquet file with these columns.

        Returns:
            The number of rows loaded.

        Raises:
            WinbackError: the server does not answer, or reports an error.
        """
        return self._server.load("landing", table, columns, rows)

    def has_user_landing(self) -> bool:
        """Return whether there are landing tables that are not the sample's."""
        with self._server.reading() as reader:
            ((found,),) = reader.rows(f"select to_regclass('landing.events') is not null and obj_description(to_regnamespace('landing')) is distinct from '{SAMPLE}'")
        return found

    def tag_sample_landing(self) -> None:
        """Mark in the database that the landing tables are the sample's."""
        connection = self._server.connect("winback land")
        with translate_errors(), connection.cursor() as cursor:
            cursor.execute(f"comment on schema landing is '{SAMPLE}'")
        connection.close()

    def archive(self) -> str:
        """Refuse to move schemas, because views may depend on them.

        Raises:
            WinbackError: always.
        """
        raise WinbackError(f"{self.name} has an older sample. Drop its schemas {PUBLIC} and {PRIVATE}, and run again.")

    def _rows(self, query: SQL) -> list[tuple]:
        with self._held.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def _do(self, statement: SQL) -> None:
        with self._held.cursor() as cursor:
            cursor.execute(statement)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._held.autocommit = False
        try:
            with self._held:
                yield
        finally:
            if not self._held.closed:
                self._held.autocommit = True


def _schema(run_id: str) -> str:
    return BUILDS + run_id.replace("-", "_")


def _application(run_id: str) -> str:
    return f"winback build {run_id}"


def _scratch(run_id: str) -> Path:
    return STATE / "build" / run_id
