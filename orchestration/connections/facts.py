"""What a source says of its business: the currency and the time zone."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from orchestration.connections.configured import Connection, described
from orchestration.connections.folders import connected_files, connection_scans
from orchestration.connections.schemas import schema_of
from orchestration.connections.systems import SHAPES, VOCABULARIES, tables_of
from orchestration.landing.contract import Contract
from orchestration.landing.snapshot import confined_connection, copy_files
from orchestration.quoting import identifier, literal, spark_identifier
from orchestration.settings import load_settings, target
from orchestration.warehouses import warehouse_of

# The relation of a table with its columns.
Tables = dict[str, tuple[str, set[str]]]
Rows = Callable[[str], list[tuple]]


def facts_of(connection: Connection, log: Callable[[str], None]) -> dict[str, str]:
    """Look at the tables of a connection.

    Args:
        connection: the connection.
        log: called with what was found.

    Returns:
        `currency` and `timezone`, each if the source names it.

    Raises:
        WinbackError: a required table is not there, or a file cannot be read.
    """
    looked_at = _folder if target() == "duckdb" else _schema
    with looked_at(connection) as (tables, rows):
        return _facts(connection, tables, rows, log)


@contextmanager
def _folder(connection: Connection) -> Iterator[tuple[Tables, Rows]]:
    with tempfile.TemporaryDirectory() as folder, confined_connection(Path(folder)) as reader:
        scans = connection_scans(copy_files(connected_files(connection, _tables_of_facts(connection)), Path(folder)))[connection.name]
        tables = {table: (_relation(of[0]), {column["name"] for scan in of for column in scan["columns"]} - {None}) for table, of in scans.items()}
        yield tables, lambda sql: reader.execute(sql).fetchall()


@contextmanager
def _schema(connection: Connection) -> Iterator[tuple[Tables, Rows]]:
    schema, read = schema_of(connection), (*tables_of(connection.system), *_tables_of_facts(connection))
    with warehouse_of(load_settings()).source_tables(schema, read) as (found, reader):
        tables = {table: (f"{_quoted(schema)}.{_quoted(table)}", {column["name"] for column in of[0]["columns"]}) for table, of in found.items()}
        yield tables, reader.rows


def _quoted(name: str) -> str:
    return spark_identifier(name) if target() == "spark" else identifier(name)


def _facts(connection: Connection, tables: Tables, rows: Rows, log: Callable[[str], None]) -> dict[str, str]:
    log(described(connection, {table: columns for table, (_, columns) in tables.items()}))
    found = {}
    for fact, places in VOCABULARIES[connection.system].facts.items():
        for table, column in places:
            relation, columns = tables.get(table, ("", set()))
            if column in columns and fact not in found:
                of = _quoted(column)
                values = rows(f"select {of} from {relation} where {of} is not null and {of} <> '' group by {of} order by count(*) desc, {of} limit 1")
                found.update((fact, str(value)) for (value,) in values)
    return found


def _tables_of_facts(connection: Connection) -> dict[str, Contract]:
    """Return the tables of Fivetran's that are read for facts alone."""
    columns: dict[str, list[str]] = {}
    known = {*chain.from_iterable(tables_of(connection.system, shape) for shape in SHAPES)}
    for table, column in chain.from_iterable(VOCABULARIES[connection.system].facts.values()):
        if connection.shape == "fivetran" and table not in known:
            columns.setdefault(table, []).append(column)
    return {table: Contract(tuple(its), (), keeps_other_columns=False, reserved=()) for table, its in columns.items()}


def _relation(scan: dict) -> str:
    if not scan["separator"]:
        return f"read_parquet({literal(scan['paths'][0])})"
    columns = ", ".join(f"{literal(column['source'])}: 'VARCHAR'" for column in scan["columns"])
    names = ", ".join(f"{identifier(column['source'])} as {identifier(column['name'])}" for column in scan["columns"] if column["name"])
    return (
        f"(select {names} from read_csv({literal(scan['paths'][0])}, auto_detect = false, header = true, delim = {literal(scan['separator'])}, "
        f"quote = '\"', escape = '\"', columns = {{{columns}}}, ignore_errors = true)) as texts"
    )
