"""Two warehouses, row for row: what must be the same by whatever path it was reached."""

from pathlib import Path

import duckdb

# Those that say when things arrived, and so depend on the path.
LEDGERS = {"metric_history", "metric_restatements", "refreshes"}


def public_tables(warehouse: Path) -> list[str]:
    """Names of the public tables and views, the ledgers aside."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select table_name from information_schema.tables where table_schema = 'winback' order by 1").fetchall()
    return [name for (name,) in rows if name not in LEDGERS]


def differences(found: Path, wanted: Path, ignore: tuple[str, ...] = ()) -> list[str]:
    """What the public tables of two warehouses do not have in common; floats to 1e-9, all else exactly.

    Args:
        found: one published file.
        wanted: the other.
        ignore: columns to leave out, such as those that show the engine's form of a row.

    Returns:
        A line for each table that differs, with an example; empty where they are the same.
    """
    lines = []
    if public_tables(found) != public_tables(wanted):
        return [f"tables: {public_tables(found)} and {public_tables(wanted)}"]
    with duckdb.connect() as connection:
        for alias, path in (("found", found), ("wanted", wanted)):
            connection.execute(f"attach '{path}' as {alias}_warehouse (read_only)")
        for table in public_tables(found):
            columns = ", ".join(_comparable(connection, table, ignore))
            sides = {side: f"select {columns} from {side}_warehouse.winback.{table}" for side in ("found", "wanted")}
            extra = connection.execute(f"{sides['found']} except all {sides['wanted']}").fetchall()
            missing = connection.execute(f"{sides['wanted']} except all {sides['found']}").fetchall()
            if extra or missing:
                lines.append(f"{table}: {len(extra)} rows too many, such as {extra[:1]}; {len(missing)} missing, such as {missing[:1]}")
    return lines


def _comparable(connection: duckdb.DuckDBPyConnection, table: str, ignore: tuple[str, ...]) -> list[str]:
    described = connection.execute(f"describe found_warehouse.winback.{table}").fetchall()
    # To nine places, of a sum of money to as many digits.
    rounded = "round({0}, 9 - case when abs({0}) > 1 then ceil(log10(abs({0})))::integer else 0 end)"
    return [rounded.format(name) if kind == "DOUBLE" else name for name, kind, *_ in described if name not in ignore]
