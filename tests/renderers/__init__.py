"""The sample's companies as the tables of a vendor, as Fivetran writes them.

Each module renders one company: `render` takes the rows of its native landing, writes the vendor's tables into a folder, and returns the rows that the vendor
has no table for, which stay in the native landing. Columns and meanings are those of the vendors' documentation; nothing here is shared with the models
that read the tables. Ids are those of the vendor in either landing (`with_ids`), so the figures can be compared as they are.
"""

import csv
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb

Row = dict[str, str]
Tables = dict[str, list[Row]]

CUSTOMER_COLUMNS = ("customer_id", "from_customer_id", "into_customer_id")


@dataclass(frozen=True)
class Rendered:
    """A company rendered.

    Attributes:
        native: the landing with which the figures must agree, which says what the vendor's tables say.
        beside: those of its rows that the vendor has no table for.
        tables: the vendor's tables.
    """

    native: Tables
    beside: Tables
    tables: Tables


def luck(text: str, sides: int) -> int:
    """Return a number below `sides` that is always the same for a text."""
    return zlib.crc32(text.encode()) % sides


def read_landing(folder: Path, business_id: str) -> Tables:
    """Read the rows of one business as texts, empty where there is none."""
    tables: Tables = {}
    for path in sorted([*folder.glob("*.csv"), *folder.glob("events/*")]):
        table = "events" if path.parent.name == "events" else path.stem
        read = f"read_parquet('{path}')" if path.suffix == ".parquet" else f"""read_csv('{path}', all_varchar = true, quote = '"', escape = '"')"""
        with duckdb.connect(config={"threads": 1}) as connection:
            found = connection.execute(f"select columns(*)::varchar from {read} where business_id = '{business_id}'")
            columns = [name for name, *_ in found.description]
            tables.setdefault(table, []).extend({column: value or "" for column, value in zip(columns, row, strict=True)} for row in found.fetchall())
    return tables


def some_customers(tables: Tables, share: int) -> Tables:
    """Keep one customer in `share`, always together with the accounts merged into them, and the rows of nobody."""
    into = {row["from_customer_id"]: row["into_customer_id"] for row in tables["customer_merges"]}

    def is_kept(row: Row) -> bool:
        customer = row.get("customer_id") or row.get("from_customer_id") or ""
        while customer in into:
            customer = into[customer]
        return not is_account(customer) or luck(customer, share) == 0

    return {table: [row for row in rows if is_kept(row)] for table, rows in tables.items()}


def is_account(customer_id: str) -> bool:
    """Return whether an id is one that the sample gives, such as `F-001234`."""
    return customer_id[1:2] == "-" and customer_id[2:].isdigit()


def with_ids(tables: Tables, vendors: Callable[[str], str]) -> Tables:
    """Replace the ids of customers by the vendor's."""

    def replaced(row: Row) -> Row:
        return row | {column: vendors(row[column]) for column in CUSTOMER_COLUMNS if is_account(row.get(column, ""))}

    return {table: [replaced(row) for row in rows] for table, rows in tables.items()}


def standing(events: Iterable[Row]) -> list[Row]:
    """Return the last version of each event that a system could hold: those with ids, names and values as the sample gives them."""
    last: dict[str, Row] = {}
    for row in events:
        number = row["event_id"].partition("-")[2]
        if number.isdigit() and row["loaded_at"] >= last.get(row["event_id"], row)["loaded_at"]:
            last[row["event_id"]] = row
    return list(last.values())


def moment(text: str) -> datetime:
    """Read a time of the landing, which is UTC."""
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)


def opened(rows: Iterable[Row], attributes: Iterable[Row]) -> dict[str, tuple[datetime, Row]]:
    """Return when each customer's account was opened at the vendor: before their first of some rows, and before their attributes were entered elsewhere.

    A vendor that knows no attributes has a row for a customer all the same, and of all rows of one customer the latest stands.
    """
    entered: dict[str, datetime] = {}
    for row in attributes:
        at = moment(row["updated_at"])
        entered[row["customer_id"]] = min(at, entered.get(row["customer_id"], at))
    first: dict[str, tuple[datetime, Row]] = {}
    for row in rows:
        at = moment(row["occurred_at"])
        first.setdefault(row["customer_id"], (min(at, entered.get(row["customer_id"], at)) - timedelta(days=3), row))
    return first


def write_csv(folder: Path, tables: Mapping[str, list[Row]]) -> None:
    """Write tables as CSV; those without rows are not there."""
    for table, rows in tables.items():
        if rows:
            path = folder / f"{table}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)), restval="")
                writer.writeheader()
                writer.writerows(rows)


def write_parquet(folder: Path, tables: Mapping[str, list[Row]], types: Mapping[str, str]) -> None:
    """Write tables as Parquet, columns typed by name; others are texts."""
    write_csv(folder, tables)
    for path in sorted(folder.glob("*.csv")):
        read = f"read_csv('{path}', all_varchar = true)"
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute("set TimeZone = 'UTC'")
            columns = [name for name, *_ in connection.execute(f"describe select * from {read}").fetchall()]
            typed = ", ".join(f'cast("{column}" as {types.get(column, "varchar")}) as "{column}"' for column in columns)
            connection.execute(f"copy (select {typed} from {read}) to '{path.with_suffix('.parquet')}' (format parquet)")
        path.unlink()
