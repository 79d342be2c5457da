"""Connections on DuckDB: folders of files, one or more for each table."""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.connections.configured import FILE, Connection
from orchestration.connections.systems import SYSTEMS, tables_of
from orchestration.errors import WinbackError
from orchestration.landing.contract import Contract
from orchestration.landing.files import LandedFile, tables_in
from orchestration.landing.snapshot import Copy, scans_of
from orchestration.quoting import shown


def connected_files(connection: Connection, others: Mapping[str, Contract] | None = None) -> tuple[LandedFile, ...]:
    """List the files of a connection. Those of other tables are not read: a system has many.

    Args:
        connection: the connection.
        others: further tables to list.

    Returns:
        The files, sorted by table and path.

    Raises:
        WinbackError: the folder is missing, unreadable, or holds none of the tables.
    """
    name, tables = SYSTEMS[connection.system], tables_of(connection.system)
    if not connection.folder.is_dir():
        raise WinbackError(f"There is no folder {shown(connection.folder)}, from which {name} of {shown(connection.business_id)} is read. Correct the location in seeds/{FILE}.")
    files, _ = tables_in(connection.folder, {**{table: its.contract for table, its in tables.items()}, **(others or {})}, connection.name)
    if not files:
        raise WinbackError(f"{shown(connection.folder)} holds no table of {name}, such as {next(iter(tables))}.csv. Put them there, or correct the location in seeds/{FILE}.")
    return files


def connection_scans(copies: Sequence[Copy]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Group the copies of connections' files.

    Args:
        copies: copies of files, also of the landing.

    Returns:
        For each connection that has any, by its name, its tables with their scans.
    """
    names = {copy.file.connection for copy in copies} - {""}
    return {name: scans_of(copy for copy in copies if copy.file.connection == name) for name in names}
