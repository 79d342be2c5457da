"""Loads the landing files into landing tables of a server. Every value is loaded as its text, whatever the file format."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.errors import WinbackError
from orchestration.landing.contract import LANDING_TABLES
from orchestration.landing.files import find_files
from orchestration.landing.headers import SEPARATORS
from orchestration.landing.snapshot import Copy, confined_connection, copy_files
from orchestration.quoting import identifier, literal, shown
from orchestration.warehouses import Warehouse

# Text of binary floating-point numbers, formatted like the dbt project's `float_text`.
FLOAT_TEXT = """case
    when isnan({0}) then null
    when abs({0}) < 9.2e18 and {0} = floor({0}) then cast(cast({0} as bigint) as varchar)
    when abs({0}) < 1e18 then cast(cast({0} as decimal(38, 9)) as varchar)
    else cast({0} as varchar)
end"""


def load_landing(landing: Path, warehouse: Warehouse) -> Iterator[str]:
    """Replace the server's landing tables by the content of the files. Tables without a file are not changed.

    Args:
        landing: the folder of raw files.
        warehouse: the server's warehouse.

    Yields:
        A line of text for each table loaded, and for files in the landing that are not read.

    Raises:
        WinbackError: a file cannot be read, or the server reports an error.
    """
    found = find_files(landing)
    if words := found.words_on_not_read():
        yield words
    for table in LANDING_TABLES:
        files = [file for file in found.files if file.table == table]
        if files:
            with tempfile.TemporaryDirectory() as folder:
                copies = copy_files(files, Path(folder))
                rows = Path(folder) / "rows.parquet"
                with confined_connection(Path(folder)) as connection:
                    columns = _gather(connection, copies)
                    connection.execute(f"copy gathered to {literal(rows)} (format parquet)")
                count = warehouse.load_landing(table, columns, rows)
            yield f"Loaded landing.{table}: {count:,} rows of {len(files)} files."


def _gather(connection: duckdb.DuckDBPyConnection, copies: list[Copy]) -> list[str]:
    """Load all rows of some files into a table `gathered` with the columns of any file; lines that are not rows go to `malformed_line`."""
    connection.execute("set TimeZone = 'UTC'; create table gathered (malformed_line varchar)")
    columns = ["malformed_line"]
    for copy in copies:
        try:
            _add(connection, copy, columns)
        except duckdb.Error as error:
            first_line = str(error).splitlines()[0].replace(str(copy.path), shown(copy.file.path))
            raise WinbackError(f"{shown(copy.file.path)} cannot be read: {first_line}. Deliver it again, or remove it from the landing.") from None
    return columns


def _add(connection: duckdb.DuckDBPyConnection, copy: Copy, columns: list[str]) -> None:
    texts = {name: _text(source, kind) for source, name, kind in copy.columns if name}
    for column in texts:
        if column not in columns:
            connection.execute(f"alter table gathered add column {identifier(column)} varchar")
            columns.append(column)
    if texts:
        selected = ", ".join(f"{text} as {identifier(column)}" for column, text in texts.items())
        connection.execute(f"insert into gathered by name select {selected} from {_relation(copy)}")
    if connection.execute("select count(*) from duckdb_tables() where temporary and table_name = 'reject_errors'").fetchone()[0]:
        connection.execute("insert into gathered (malformed_line) select distinct coalesce(csv_line, 'line ' || line || ': ' || error_message) from reject_errors")
        connection.execute("drop table reject_errors; drop table reject_scans")


def _relation(copy: Copy) -> str:
    if copy.file.format == "parquet":
        return f"read_parquet({literal(copy.path)})"
    types = ", ".join(f"{literal(source)}: 'VARCHAR'" for source, _, _ in copy.columns)
    return (
        f"read_csv({literal(copy.path)}, auto_detect = false, header = true, delim = {literal(SEPARATORS[copy.file.format])}, quote = '\"', escape = '\"', "
        f"columns = {{{types}}}, ignore_errors = true, store_rejects = true, rejects_limit = 0)"
    )


def _text(source: str, kind: str) -> str:
    column = identifier(source)
    return f"coalesce({FLOAT_TEXT.format(column) if kind in ('DOUBLE', 'FLOAT') else f'cast({column} as varchar)'}, '')"
