"""The connections of seeds/connections.csv."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.connections.key import identity_key_variables
from orchestration.connections.systems import SHAPES, SYSTEMS, SourceTable, source_of, tables_of
from orchestration.errors import WinbackError
from orchestration.quoting import shown
from orchestration.settings import ROOT

FILE = "connections.csv"
COLUMNS = ("business_id", "source", "shape", "location")


@dataclass(frozen=True)
class Connection:
    """A system that one business uses.

    Attributes:
        business_id: the business.
        system: `stripe`, `shopify` or `hubspot`.
        shape: `fivetran`: the tables that Fivetran writes; `export`: the files that the system's own dashboard exports.
        location: a folder of files, or on a server a schema.
    """

    business_id: str
    system: str
    shape: str
    location: str

    @property
    def name(self) -> str:
        """Return its name in listings of files."""
        return f"{self.business_id}/{self.system}"

    @property
    def tables(self) -> dict[str, SourceTable]:
        """Return the tables that are read of it."""
        return tables_of(self.system, self.shape)

    @property
    def folder(self) -> Path:
        """Return the folder of its files; a relative location is one within this checkout."""
        return ROOT / Path(self.location).expanduser()


def read_connections(seeds: Path) -> list[Connection]:
    """Read the connections, which `check_configuration` has checked.

    Args:
        seeds: the folder with the configuration.

    Returns:
        The connections; none without the file.
    """
    path = seeds / FILE
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [Connection(row["business_id"], row["source"], row["shape"], row["location"]) for row in csv.DictReader(file)]


def connected_systems(seeds: Path) -> list[str]:
    """Return the systems whose dbt models are enabled.

    Args:
        seeds: the folder with the configuration.

    Returns:
        Their names, sorted, each once.
    """
    return sorted({connection.system for connection in read_connections(seeds)} & set(SYSTEMS))


def described(connection: Connection, columns: Mapping[str, Iterable[str]]) -> str:
    """Say what is read of a connection, and what is taken as empty.

    Args:
        connection: the connection.
        columns: for each of its tables that is there the columns, in lower case.

    Returns:
        A sentence for people.

    Raises:
        WinbackError: a required table, and each that could stand in for it, is missing, or a table has none of the columns of which it needs one.
    """
    declared = connection.tables
    there = [table for table in declared if table in columns]
    stand_ins = {declared[table].alternative_of or table for table in there}
    missing = [table for table, its in declared.items() if not its.alternative_of and table not in stand_ins]
    lacking = [table for table in missing if declared[table].is_required]
    if lacking:
        others = [table for table, its in declared.items() if its.alternative_of == lacking[0]]
        raise WinbackError(
            f"The connection of {shown(connection.business_id)} to {SYSTEMS[connection.system]} has no table {' or '.join([lacking[0], *others])} in {shown(connection.location)}. "
            "Put it there, or correct the location that you gave, or the one in seeds/connections.csv."
        )
    contracts = {table: declared[table].contract for table in there}
    for table, contract in contracts.items():
        if declared[table].needs_one_of and not set(declared[table].needs_one_of) & set(columns[table]):
            headers = " or ".join(f"'{contract.header_of(column)}'" for column in declared[table].needs_one_of)
            place = f"The {table} of {shown(connection.business_id)} in {shown(connection.location)}"
            raise WinbackError(f"{place} have no column {headers}: nobody would be their customer. Export them with one of these columns.")
    null = [f"{table}.{its.header_of(column)}" for table, its in contracts.items() for column in its.columns if column not in set(columns[table])]
    return (
        f"Reading {SYSTEMS[connection.system]} for {shown(connection.business_id)} from {shown(connection.location)}, as {SHAPES[connection.shape]} {', '.join(there)}."
        + (f" Taken as empty, because they are not there: {', '.join(missing)}." if missing else "")
        + (f" Taken as null: {_some(null)}." if null else "")
    )


def connection_variables(connections: Sequence[Connection], scans: Mapping[str, Mapping[str, list[dict]]], key_file: Path) -> tuple[dict[str, Any], list[str]]:
    """List for dbt what is to be read of the connections.

    Args:
        connections: all connections.
        scans: for each connection that is read, by its name, and each of its tables what the engine scans.
        key_file: where the key of guests' ids is kept.

    Returns:
        The dbt variables, and a sentence for people on each connection that is read.

    Raises:
        WinbackError: a required table is missing, or the key cannot be read.
    """
    if not connections:
        return {}, []
    read = [each for each in connections if each.name in scans]
    listed = [
        {"business_id": each.business_id, "source": source_of(each.system, each.shape), "location": each.location, "tables": scans[each.name]} for each in read
    ]
    notes = [described(each, {table: {column["name"] for scan in of for column in scan["columns"]} for table, of in scans[each.name].items()}) for each in read]
    systems = sorted({connection.system for connection in connections})
    return {"connected": " ".join(systems), "connections": listed, **identity_key_variables(key_file)}, notes


def _some(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
