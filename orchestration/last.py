"""What the last refresh left: how far it counted, by which code and configuration, and which files it had read."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.configuration import COLUMNS
from orchestration.landing import LandedFile


@dataclass(frozen=True)
class LastRefresh:
    """The state of a published warehouse.

    Attributes:
        as_of_date: the last date it counts.
        code_version: hash of the code that derived it.
        files: table and digest of each file whose rows it holds.
        configuration: the rows of each seed, in no order.
    """

    as_of_date: date
    code_version: str
    files: frozenset[tuple[str, str]]
    configuration: dict[str, list[tuple]]

    def has_read(self, file: LandedFile) -> bool:
        """Whether the rows of a file have landed, under whatever name.

        Args:
            file: the file.

        Returns:
            True where a file of the same bytes was read.
        """
        return (file.table, file.digest) in self.files

    def is_configured_by(self, seeds: Path) -> bool:
        """Whether the seeds are what they were.

        Args:
            seeds: the folder that holds them.

        Returns:
            True where every file has the same rows.
        """
        return all(_rows_of_file(seeds / file) == self.configuration[file] for file in COLUMNS)


def last_refresh(published: Path) -> LastRefresh | None:
    """Read what the last refresh left.

    Args:
        published: the published file, a DuckDB database.

    Returns:
        Its state; None where nothing is published, or not by a refresh that keeps a ledger.
    """
    if not published.exists():
        return None
    with duckdb.connect(str(published), read_only=True) as connection:
        tables = {name for (name,) in connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()}
        if not {"winback.refreshes", "winback_internal.landed_files"} <= tables:
            return None
        last = connection.execute("select as_of_date, code_version from winback.refreshes order by refresh_id desc limit 1").fetchone()
        if last is None:
            return None
        files = connection.execute("select landing_table, digest from winback_internal.landed_files").fetchall()
        configuration = {file: _rows_of_table(connection, file) for file in COLUMNS}
    return LastRefresh(last[0], last[1], frozenset(files), configuration)


def _rows_of_table(connection: duckdb.DuckDBPyConnection, file: str) -> list[tuple]:
    columns = ", ".join(f"coalesce({column}, '')" for column in COLUMNS[file])
    return sorted(connection.execute(f"select {columns} from winback_internal.{Path(file).stem}").fetchall())


def _rows_of_file(path: Path) -> list[tuple]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sorted(tuple(row.get(column) or "" for column in COLUMNS[path.name]) for row in csv.DictReader(file))
