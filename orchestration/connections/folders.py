"""Connections on DuckDB: folders of files, one or more for each table."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.connections.configured import FILE, Connection
from orchestration.connections.systems import SHAPES, SYSTEMS, tables_of
from orchestration.errors import WinbackError
from orchestration.landing.contract import Contract
from orchestration.landing.files import LandedFile, tables_in
from orchestration.landing.snapshot import Copy, scans_of
from orchestration.quoting import shown


def shape_of(connection: Connection) -> str:
    """Recognise what a folder holds.

    Args:
        connection: the connection, whose shape is not looked at.

    Returns:
        The shape.

    Raises:
        WinbackError: the folder is missing or unreadable, or holds none of the shapes, or several.
    """
    _require_folder(connection)
    found = [shape for shape in SHAPES if _files(replace(connection, shape=shape))]
    if len(found) == 1:
        return found[0]
    place, system = shown(connection.folder), SYSTEMS[connection.system]
    if found:
        raise WinbackError(f"{place} holds tables of {system} as Fivetran writes them, and an export as well. Put each into a folder of its own, and give one of the two.")
    fivetrans, exported = (next(table for table, its in tables_of(connection.system, shape).items() if its.is_required) for shape in SHAPES)
    raise WinbackError(
        f"{place} holds no table of {system}: no table of Fivetran's, such as {fivetrans}.csv, and no file of an export, whose name has the word '{exported}' in it. "
        "Put them there, or give another folder."
    )


def connected_files(connection: Connection, others: Mapping[str, Contract] | None = None) -> tuple[LandedFile, ...]:
    """List the files of a connection. Those of other tables are not read: a system has many.

    Args:
        connection: the connection.
        others: further tables to list.

    Returns:
        The files, sorted by table and path; those of an export by table and name, in which numbers are sorted as such.

    Raises:
        WinbackError: the folder is missing, unreadable, or holds none of the tables, or the name of a file is that of two.
    """
    _require_folder(connection)
    files = _files(connection, others or {})
    if not files:
        table = f"table of {SYSTEMS[connection.system]}, such as {next(iter(connection.tables))}.csv"
        raise WinbackError(f"{shown(connection.folder)} holds no {table}. Put them there, or correct the path that you gave, or the one in seeds/{FILE}.")
    return files


def files_not_read(connection: Connection) -> tuple[str, ...]:
    """List the files beside those of an export.

    Args:
        connection: the connection.

    Returns:
        Their names, sorted; none of Fivetran's tables, of which a system has many that are not needed.

    Raises:
        WinbackError: the folder is unreadable, or the name of a file is that of two tables.
    """
    if connection.shape != "export":
        return ()
    read = {file.path for file in _files(connection)}
    return tuple(sorted(path.name for path in connection.folder.iterdir() if path.is_file() and path not in read and path.name[0] not in "._"))


def connection_scans(copies: Sequence[Copy]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Group the copies of connections' files.

    Args:
        copies: copies of files, also of the landing.

    Returns:
        For each connection that has any, by its name, its tables with their scans.
    """
    names = {copy.file.connection for copy in copies} - {""}
    return {name: scans_of(copy for copy in copies if copy.file.connection == name) for name in names}


def _require_folder(connection: Connection) -> None:
    place = f"{shown(connection.folder)}, from which {SYSTEMS[connection.system]} of {shown(connection.business_id)} is read"
    if connection.folder.is_file():
        raise WinbackError(f"{place}, is a file. Put it into a folder of its own, and give the folder.")
    if not connection.folder.is_dir():
        raise WinbackError(f"There is no folder {place}. Correct the path that you gave, or the one in seeds/{FILE}.")


def _files(connection: Connection, others: Mapping[str, Contract] | None = None) -> tuple[LandedFile, ...]:
    contracts = {**{table: its.contract for table, its in connection.tables.items()}, **(others or {})}
    folder = connection.folder.resolve()  # Links are followed once: of a folder that a pull fills, all tables are of one pull.
    if connection.shape != "export":
        return tables_in(folder, contracts, connection.name)[0]
    files, _ = tables_in(folder, contracts, connection.name, lambda name: _table_named_in(name, contracts, folder))
    order = {table: number for number, table in enumerate(contracts)}
    return tuple(sorted(files, key=lambda file: (order[file.table], _with_numbers(file.path.stem), file.path)))


def _table_named_in(name: str, tables: Iterable[str], folder: Path) -> str:
    """Return the table whose name is a word of a file's name, such as `orders_export_1`; empty if there is none."""
    words = re.findall("[a-z]+", name)
    named = [table for table in tables if table in words]
    if len(named) > 1:
        raise WinbackError(f"{shown(folder / name)} may hold {' or '.join(named)}: its name has both words. Rename it, so that it has one of them.")
    return named[0] if named else ""


def _with_numbers(name: str) -> list[str | int]:
    """Split a name so that it sorts by the numbers in it: `orders_export_10` comes after `orders_export_9`."""
    return [int(part) if place % 2 else part for place, part in enumerate(re.split("([0-9]+)", name.lower()))]
