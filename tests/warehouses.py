"""Compares two warehouses row by row: what must be the same whichever path led to it."""

import math
from collections.abc import Iterable
from pathlib import Path

import duckdb

# These tables record when rows arrived, and so depend on the path.
LEDGERS = {"metric_history", "metric_restatements", "refreshes"}


def public_tables(warehouse: Path) -> list[str]:
    """List the public tables and views, except the ledgers."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select table_name from information_schema.tables where table_schema = 'winback' order by 1").fetchall()
    return [name for (name,) in rows if name not in LEDGERS]


def differences(found: Path, wanted: Path, ignore: tuple[str, ...] = (), businesses: Iterable[str] = ()) -> list[str]:
    """List the differences between the public tables of two warehouses; floats to 1e-9, everything else exactly.

    Args:
        found: one published file.
        wanted: the other.
        ignore: columns to leave out, such as those that show the engine's representation of a row.
        businesses: the only ones that the first file should have, of those of the other; all of them by default.

    Returns:
        A line for each table that differs, with an example; empty if they are the same.
    """
    lines = []
    wanted_of = ", ".join(f"'{business}'" for business in businesses)
    if public_tables(found) != public_tables(wanted):
        return [f"tables: {public_tables(found)} and {public_tables(wanted)}"]
    with duckdb.connect() as connection:
        for alias, path in (("found", found), ("wanted", wanted)):
            connection.execute(f"attach '{path}' as {alias}_warehouse (read_only)")
        for table in public_tables(found):
            described = connection.execute(f"describe found_warehouse.winback.{table}").fetchall()
            exact = ", ".join(name for name, kind, *_ in described if kind != "DOUBLE" and name not in ignore)
            floats = [name for name, kind, *_ in described if kind == "DOUBLE" and name not in ignore]
            sides = {"found": f"found_warehouse.winback.{table}", "wanted": f"wanted_warehouse.winback.{table}"}
            if wanted_of and "business_id" in exact:
                sides["wanted"] = f"(from {sides['wanted']} where business_id in ({wanted_of}))"
            extra = connection.execute(f"select {exact} from {sides['found']} except all select {exact} from {sides['wanted']}").fetchall()
            missing = connection.execute(f"select {exact} from {sides['wanted']} except all select {exact} from {sides['found']}").fetchall()
            if extra or missing:
                lines.append(f"{table}: {len(extra)} rows too many, such as {extra[:1]}; {len(missing)} missing, such as {missing[:1]}")
            elif floats:
                rows = {side: connection.execute(f"select {', '.join(floats)} from {name} order by {exact}, {', '.join(floats)}").fetchall() for side, name in sides.items()}
                wrong = [pair for pair in zip(rows["found"], rows["wanted"], strict=True) if not all(map(_close, *pair))]
                if wrong:
                    lines.append(f"{table}: {len(wrong)} rows with other {floats}, such as {wrong[0]}")
    return lines


def _close(found: float | None, wanted: float | None) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)
