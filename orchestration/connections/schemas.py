"""Connections on a server: a schema of tables for each."""

import re
from collections.abc import Iterable
from typing import Any

from orchestration.connections.configured import FILE, Connection, connection_variables, read_connections
from orchestration.connections.systems import SYSTEMS, tables_of
from orchestration.errors import WinbackError
from orchestration.landing.contract import LANDING_TABLES
from orchestration.quoting import shown
from orchestration.settings import SEEDS, STATE
from orchestration.warehouses import Warehouse, require_landed_events

SCHEMA = re.compile(r"[A-Za-z_][A-Za-z0-9_$-]{0,99}")  # dbt writes a name between quotes as it is


def schema_variables(warehouse: Warehouse) -> tuple[dict[str, Any], list[str]]:
    """List for dbt what is to be read of the landing and of the connections.

    Args:
        warehouse: the server's warehouse.

    Returns:
        The dbt variables, and a sentence for people on each connection.

    Raises:
        WinbackError: there are no events, a location is no name of a schema, a required table is missing, or the key of guests' ids cannot be read.
    """
    landing, connections = _scans(warehouse, "landing", LANDING_TABLES), read_connections(SEEDS)
    require_landed_events(landing, warehouse, connections)
    found = {each.name: _scans(warehouse, schema_of(each), tables_of(each.system)) for each in connections}
    connected, notes = connection_variables(connections, found, STATE / "identity.key")
    return {"landing_scans": landing, **connected}, notes


def schema_of(connection: Connection) -> str:
    """Return the schema of a connection on a server.

    Args:
        connection: the connection.

    Returns:
        The name of the schema.

    Raises:
        WinbackError: its location cannot be one, or it is an export.
    """
    if connection.shape == "export":
        place = f"seeds/{FILE}: the connection of '{shown(connection.business_id)}' to {SYSTEMS[connection.system]}"
        raise WinbackError(f"{place} is an export, which is read on DuckDB alone. Refresh with WINBACK_TARGET=duckdb, or let Fivetran write the tables.")
    if not SCHEMA.fullmatch(connection.location):
        raise WinbackError(f"seeds/{FILE}: the location '{shown(connection.location)}' is no name of a schema: on a server, give the schema that holds the tables.")
    return connection.location


def _scans(warehouse: Warehouse, schema: str, tables: Iterable[str]) -> dict[str, list[dict]]:
    with warehouse.source_tables(schema, tables) as (found, _):
        return found
