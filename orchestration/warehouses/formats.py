"""The format in which a warehouse keeps its landed rows: a number in the warehouse, which decides whether a refresh can continue from it.

At its start a refresh converts rows of an earlier format (`bring_to_format` in macros/landing/format.sql).
"""

import yaml

from orchestration.dbt_project import BUILD_SCHEMA, FORMAT_TABLE
from orchestration.errors import WinbackError
from orchestration.settings import DBT_PROJECT
from orchestration.warehouses import Reader, Warehouse

# Warehouses older than the format number: their landed tables have these columns.
UNNUMBERED = 0
OF_LANDED_ROWS = {"row_hash", "malformed_line", "landed_in"}
KEPT = "Its tables are unchanged."


def code_format() -> int:
    """Return the format in which this version keeps landed rows.

    Returns:
        Its number, from the dbt project.
    """
    return yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["vars"]["warehouse_format"]


def is_of_earlier_format(warehouse: Warehouse) -> bool:
    """Check that a refresh can continue from the published landed rows, before it reads anything else there.

    Args:
        warehouse: has published tables.

    Returns:
        True if an earlier version wrote them in an earlier format.

    Raises:
        WinbackError: a newer version wrote them, or their format is unknown.
    """
    with warehouse.reader() as reader:
        found = _format_of(reader)
    wanted = code_format()
    if found is None:
        raise WinbackError(
            f"{warehouse.name} cannot be continued: it lacks the format of its landed rows, which every version of Winback records. "
            f"Move it away, or name another warehouse, and run again to build a new one from the landing. {KEPT}"
        )
    if found > wanted:
        raise WinbackError(
            f"A newer version of Winback wrote {warehouse.name} (format {found}; this version knows up to {wanted}). Run that version or a later one; "
            f"or move the warehouse away, or name another, and run again to build a new one from the landing. {KEPT}"
        )
    return found < wanted


def _format_of(reader: Reader) -> int | None:
    if reader.columns(FORMAT_TABLE):
        rows = reader.rows(f"select format from {BUILD_SCHEMA}.{FORMAT_TABLE}")
        return rows[0][0] if len(rows) == 1 and isinstance(rows[0][0], int) else None
    return UNNUMBERED if reader.columns("landed_events") >= OF_LANDED_ROWS else None
