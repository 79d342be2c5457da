"""Loads the landing's files into landing tables of a server: every value as the text it is, whatever its file's format."""

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.errors import WinbackError
from orchestration.landing import LANDING_TABLES, LandedFile, landed_files
from orchestration.warehouses import Warehouse

# Numbers that files keep in binary, as plain decimals: `1e-05` is no amount.
FLOAT_TEXT = "case when abs({0}) < 1e18 then cast(cast({0} as decimal(38, 9)) as varchar) else cast({0} as varchar) end"


def load_landing(landing: Path, warehouse: Warehouse) -> Iterator[str]:
    """Replace the server's landing tables by what the files hold; tables of which there is no file stay as they are.

    Args:
        landing: the folder of raw files.
        warehouse: the server.

    Yields:
        A line for people for each table loaded.

    Raises:
        WinbackError: a file cannot be read, or the server refuses.
    """
    files = landed_files(landing)
    for table in LANDING_TABLES:
        of_table = [file for file in files if file.table == table]
        if of_table:
            with duckdb.connect() as connection, tempfile.NamedTemporaryFile(suffix=".parquet") as rows:
                connection.execute("set TimeZone = 'UTC'")
                columns = _gather(connection, of_table)
                connection.execute(f"copy gathered to '{rows.name}' (format parquet)")
                count = warehouse.load_landing(table, columns, Path(rows.name))
            yield f"Loaded landing.{table}: {count:,} rows of {len(of_table)} files."


def _gather(connection: duckdb.DuckDBPyConnection, files: list[LandedFile]) -> list[str]:
    """All rows of some files in a table `gathered`, its columns those that any file has; lines that are no row in `malformed_line`."""
    connection.execute("create table gathered (malformed_line varchar)")
    columns = ["malformed_line"]
    for file in files:
        try:
            _add(connection, file, columns)
        except (duckdb.Error, UnicodeDecodeError, OSError) as error:
            raise WinbackError(f"{file.path} cannot be read: {str(error).splitlines()[0]}. Deliver it again, or take it out of the landing.") from None
    return columns


def _add(connection: duckdb.DuckDBPyConnection, file: LandedFile, columns: list[str]) -> None:
    relation, texts = _csv(file.path) if file.path.suffix == ".csv" else _parquet(connection, file.path)
    for column in texts:
        if column not in columns:
            connection.execute(f"alter table gathered add column {_quoted(column)} varchar")
            columns.append(column)
    connection.execute(f"insert into gathered by name select {', '.join(f'{text} as {_quoted(column)}' for column, text in texts.items())} from {relation}")
    if connection.execute("select count(*) from duckdb_tables() where temporary and table_name = 'reject_errors'").fetchone()[0]:
        connection.execute("insert into gathered (malformed_line) select distinct coalesce(csv_line, 'line ' || line || ': ' || error_message) from reject_errors")
        connection.execute("drop table reject_errors; drop table reject_scans")


def _csv(path: Path) -> tuple[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = [name.strip().lower() for name in next(csv.reader(file), [])]
    if len(set(header)) < len(header):
        raise WinbackError(f"A column name stands twice in the header of {path}. Name each column once.")
    types = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in header)
    relation = (
        f"read_csv({_text(str(path))}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', columns = {{{types}}}, "
        "ignore_errors = true, store_rejects = true, rejects_limit = 0)"
    )
    return relation, {name: f"coalesce({_quoted(name)}, '')" for name in header}


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, dict[str, str]]:
    relation = f"read_parquet({_text(str(path))})"
    texts = {}
    for name, kind, *_ in connection.execute(f"describe select * from {relation}").fetchall():
        column = _quoted(name)
        texts[name.lower()] = f"coalesce({FLOAT_TEXT.format(column) if kind in ('DOUBLE', 'FLOAT') else f'cast({column} as varchar)'}, '')"
    return relation, texts


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
