"""Where tables are built and published: one module for each engine, all with the same few verbs; `WINBACK_TARGET` chooses."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from orchestration.errors import WinbackError
from orchestration.landing.contract import LANDING_TABLES
from orchestration.landing.files import LandedFile, Landing
from orchestration.settings import Settings

Log = Callable[[str], None]

# How engines that have SQL's own catalogue name the columns of a private table.
COLUMNS = "select column_name from information_schema.columns where table_schema = 'winback_internal' and table_name = '{}'"


class Reader(Protocol):
    """Reads what is published."""

    def rows(self, sql: str) -> list[tuple]:
        """Run a query that every engine understands; its rows."""

    def columns(self, table: str) -> set[str]:
        """The columns of a private table; none where there is no such table."""


@dataclass(frozen=True)
class Build:
    """A place in which a refresh builds.

    Attributes:
        run_id: the refresh.
        variables: the dbt variables that say where.
        target: folder for what dbt writes of itself.
        copying: the copy of what is published, where one is being made; dbt starts meanwhile and waits for it.
        names: what messages are to call the files that the build reads.
    """

    run_id: str
    variables: dict[str, Any]
    target: Path
    copying: Future[None] | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def named(self, message: str) -> str:
        """Say a message about the build's files with the names that people gave them."""
        for path, name in self.names.items():
            message = message.replace(path, name)
        return message


class Warehouse(Protocol):
    """What a refresh asks of an engine, in the order in which it asks.

    `name` is what people are told; `adapters` are the packages that make its results, `options` what dbt is told besides, and
    `always_rebuilds` says that tables cannot be gone on from, `takes_selections` that some can be built apart from the rest. What builds and publishes is called under the lock.
    """

    name: str
    adapters: tuple[str, ...]
    options: tuple[str, ...]
    always_rebuilds: bool
    takes_selections: bool

    def refresh_lock(self, run_id: str, timeout: float, log: Log) -> AbstractContextManager[None]:
        """Hold the refresh lock; wait for another refresh, saying for whom."""

    def stale_builds(self) -> list[str]:
        """Run ids of dead refreshes that have left something."""

    def clear(self, run_id: str) -> None:
        """Remove what a run has built and not published, if anything."""

    def check(self) -> None:
        """See that a refresh can start from what is published, if anything is."""

    def is_published(self) -> bool:
        """Whether a refresh has published here."""

    def reader(self) -> AbstractContextManager[Reader]:
        """Open what is published, read-only."""

    def find_landing(self) -> Landing | None:
        """What lies in the landing folder; None where the landing is tables."""

    def start(self, run_id: str, new_files: Sequence[LandedFile], known_files: Sequence[LandedFile], only: list[str] | None) -> Build:
        """Make the place to build in, with the published tables in it: all, or those named."""

    def count_forgotten(self, build: Build) -> int:
        """How many landed rows of what is published a finished build does not hold."""

    def publish(self, build: Build, log: Log) -> None:
        """Put a finished build in place of what is published, in one step."""

    def load_landing(self, table: str, columns: list[str], rows: Path) -> int:
        """On a server: replace a landing table by the rows of a Parquet file, all columns text; how many."""

    def has_user_landing(self) -> bool:
        """On a server: whether there are landing tables that are not the sample's."""

    def tag_sample_landing(self) -> None:
        """On a server: remember that the landing tables are the sample's."""

    def archive(self) -> str:
        """Put what is published out of the way; says where it is."""


def forgotten_rows(reader: Reader, build: str) -> int:
    """Count the landed rows of what is published that a build does not hold.

    Args:
        reader: reads what is published, by the same hashes.
        build: the schema of the build, as the reader is to name it.

    Returns:
        How many, of all landing tables.
    """
    landed = [table for table in map("landed_{}".format, LANDING_TABLES) if reader.columns(table)]
    kept = "select 1 from {build}.{table} as kept where kept.row_hash = landed.row_hash"
    forgotten = f"select count(*) from winback_internal.{{table}} as landed where not exists ({kept})"
    return sum(count for table in landed for (count,) in reader.rows(forgotten.format(build=build, table=table)))


def require_landed_events(tables: Collection[str], warehouse: Warehouse) -> None:
    """See that a server has events to begin with.

    Args:
        tables: the landing tables that are there.
        warehouse: the server.

    Raises:
        WinbackError: there are none, and nothing is published that could be gone on from.
    """
    if "events" not in tables and not warehouse.is_published():
        raise WinbackError("No landing table 'events': there is no landing.events. Load your events into it (`winback land` does, from files).")


def warehouse_of(settings: Settings) -> Warehouse:
    """The warehouse that the environment chooses.

    Args:
        settings: what the environment says.

    Returns:
        The warehouse; nothing is opened yet.

    Raises:
        WinbackError: what its engine needs is not installed.
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
