"""Where tables are built and published: one adapter per engine, behind one protocol; `WINBACK_TARGET` chooses."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from orchestration.connections.configured import Connection
from orchestration.errors import WinbackError
from orchestration.landing.contract import LANDING_TABLES
from orchestration.landing.files import LandedFile, Landing
from orchestration.settings import Settings

Log = Callable[[str], None]

# How engines with an `information_schema` list the columns of a private table.
COLUMNS = "select column_name from information_schema.columns where table_schema = 'winback_internal' and table_name = '{}'"


class Reader(Protocol):
    """Reads the published tables."""

    def rows(self, sql: str) -> list[tuple]:
        """Run a query that every engine understands; return its rows."""

    def columns(self, table: str) -> set[str]:
        """Return the columns of a private table; none if there is no such table."""


@dataclass(frozen=True)
class Build:
    """The place of one build.

    Attributes:
        run_id: the run of the refresh.
        variables: the dbt variables that locate it.
        target: folder for dbt's own artifacts.
        copying: the copy of the published file, if one is being made; dbt starts meanwhile and waits for it.
        names: the names that messages use for the files read by the build.
        notes: sentences for people on what it reads.
    """

    run_id: str
    variables: dict[str, Any]
    target: Path
    copying: Future[None] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def named(self, message: str) -> str:
        """Replace the paths of the build's files in a message with the names that people gave them."""
        for path, name in self.names.items():
            message = message.replace(path, name)
        return message


class Warehouse(Protocol):
    """The operations that a refresh needs from an engine, in the order of their use.

    `name` appears in messages; `adapters` are the packages that determine its results; `options` are additional dbt options.
    `always_rebuilds` means that tables cannot be updated incrementally, `takes_selections` that a part of them can be built
    separately. Methods that build and publish are called under the lock.
    """

    name: str
    adapters: tuple[str, ...]
    options: tuple[str, ...]
    always_rebuilds: bool
    takes_selections: bool

    def refresh_lock(self, run_id: str, timeout: float, log: Log) -> AbstractContextManager[None]:
        """Hold the refresh lock; wait for another refresh, and log for which."""

    def stale_builds(self) -> list[str]:
        """Return the run ids of dead refreshes that have left builds."""

    def clear(self, run_id: str) -> None:
        """Remove the unpublished build of a run, if there is one."""

    def check(self) -> None:
        """Check that a refresh can start from the published tables, if there are any."""

    def is_published(self) -> bool:
        """Return whether a refresh has published here."""

    def reader(self) -> AbstractContextManager[Reader]:
        """Open the published tables, read-only."""

    def find_landing(self) -> Landing | None:
        """Return the contents of the landing folder; None if the landing consists of tables."""

    def source_tables(self, schema: str, tables: Iterable[str]) -> AbstractContextManager[tuple[dict[str, list[dict]], Reader]]:
        """On a server: list those of some tables that exist in a schema, with their columns; and open a reader of them."""

    def start(self, run_id: str, new_files: Sequence[LandedFile], known_files: Sequence[LandedFile], only: list[str] | None) -> Build:
        """Create the place for a build, with the published tables in it: all, or those named."""

    def count_forgotten(self, build: Build) -> int:
        """Count the published landed rows that a finished build does not contain."""

    def publish(self, build: Build, log: Log) -> None:
        """Replace the published tables by a finished build, in one step."""

    def load_landing(self, table: str, columns: list[str], rows: Path) -> int:
        """On a server: replace a landing table by the rows of a Parquet file, all columns text; return their number."""

    def has_user_landing(self) -> bool:
        """On a server: return whether there are landing tables that are not the sample's."""

    def tag_sample_landing(self) -> None:
        """On a server: mark the landing tables as the sample's."""

    def archive(self) -> str:
        """Move the published tables aside; return where they are."""


def forgotten_rows(reader: Reader, build: str) -> int:
    """Count the published landed rows that a build does not contain.

    Args:
        reader: reads the published tables, by the same hashes.
        build: the schema of the build, as the reader names it.

    Returns:
        The number of rows, over all landing tables.
    """
    landed = [table for table in map("landed_{}".format, LANDING_TABLES) if reader.columns(table)]
    kept = "select 1 from {build}.{table} as kept where kept.row_hash = landed.row_hash"
    forgotten = f"select count(*) from winback_internal.{{table}} as landed where not exists ({kept})"
    return sum(count for table in landed for (count,) in reader.rows(forgotten.format(build=build, table=table)))


def require_landed_events(tables: Collection[str], warehouse: Warehouse, connections: Sequence[Connection]) -> None:
    """Check that a server has events to begin with.

    Args:
        tables: the existing landing tables.
        warehouse: the server's warehouse.
        connections: the configured connections, which have events too.

    Raises:
        WinbackError: there are no events, and no published tables to continue from.
    """
    if "events" not in tables and not connections and not warehouse.is_published():
        raise WinbackError("No landing table 'events': there is no landing.events. Load your events into it (`winback land` does, from files).")


def warehouse_of(settings: Settings) -> Warehouse:
    """Return the warehouse that the environment chooses.

    Args:
        settings: the configuration from the environment.

    Returns:
        The warehouse; no connection or file is opened yet.

    Raises:
        WinbackError: a package that its engine needs is not installed.
    """
    try:
        if settings.target == "postgres":
            from orchestration.warehouses.postgres import PostgresWarehouse

            return PostgresWarehouse()
        if settings.target == "spark":
            from orchestration.warehouses.spark import SparkWarehouse

            return SparkWarehouse()
    except ImportError as error:
        raise WinbackError(f"WINBACK_TARGET is {settings.target}, for which {error.name} is not installed: pip install '.[{settings.target}]'.") from None
    from orchestration.warehouses.duckdb_file import DuckDBFile

    return DuckDBFile(settings.warehouse, settings.landing)
