"""Small landings for the oracle to read, and warehouses made of its rows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from histories import AS_OF, History, write_landing
from oracle import Expected, expected
from oracle.compare import FACTS, KEY, LISTED, ROWS

POLICY = {
    "kind": "subscription",
    "timezone": "UTC",
    "currency": "EUR",
    "dormant_after_days": 10,
    "former_after_days": 30,
    "prospect_dormant_after_days": 5,
    "attribution_days": 30,
    "recovery_days": 7,
}
TYPES = {bool: "boolean", int: "bigint", float: "double", Decimal: "decimal(38, 4)", date: "date", datetime: "timestamp"}


def event(event_id: str, when: str, name: str, **values) -> dict:
    """Return an event, of customer `c` by default."""
    return {
        "event_id": event_id,
        "customer_id": "c",
        "event_name": name,
        "occurred_at": when,
        "loaded_at": "2025-07-01",
        **values,
    }


def read_case(folder: Path, *events: dict, policy: dict | None = None, without: dict | None = None, **tables: list[dict]) -> Expected:
    """Return the oracle's result for a landing of one business; `without`: columns missing from a table's file."""
    history = History(POLICY | (policy or {}), {}, {"events": list(events), **tables})
    write_landing([history], folder / "landing", folder / "seeds", without)
    return expected(folder / "landing", folder / "seeds", AS_OF)


def as_warehouse(result: Expected) -> duckdb.DuckDBPyConnection:
    """Return the oracle's rows in the form of the warehouse's tables."""
    connection = duckdb.connect()
    connection.execute("create schema winback")
    for table, (attribute, columns) in LISTED.items():
        write_table(connection, table, columns, getattr(result, attribute))
    for table, (attribute, key, columns) in ROWS.items():
        write_table(connection, table, (*key, *columns), getattr(result, attribute))
    rows = [dict(zip(KEY, key, strict=True)) | row for key, row in result.periods.items()]
    for fact, columns in FACTS.items():
        write_table(connection, fact, (*KEY, *columns), rows)
    return connection


def write_table(connection: duckdb.DuckDBPyConnection, table: str, names: tuple[str, ...], rows: list[dict]) -> None:
    columns = []
    for name in names:
        kinds = {type(row[name]) for row in rows} & TYPES.keys()
        columns.append(f"{name} {TYPES[kinds.pop()] if kinds else 'text'}")
    connection.execute(f"create table winback.{table} ({', '.join(columns)})")
    if rows:
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"insert into winback.{table} values ({marks})", [[row[name] for name in names] for row in rows])


def row(table: list[dict], **wanted) -> dict:
    """Return the one row with these values."""
    (found,) = [one for one in table if all(one[name] == value for name, value in wanted.items())]
    return found


def values(found: dict, names: str) -> tuple:
    return tuple(found[name] for name in names.split())


def order(customer: str, when: str, **more) -> dict:
    return event(f"{customer}-{when}", when, "order", customer_id=customer, **more)


def cancel(customer: str, when: str, reason: str = "too_expensive") -> dict:
    return event(f"{customer}-{when}-x", when, "cancel", customer_id=customer, reason=reason)


def campaign(campaign_id: str, **more) -> dict:
    return {"campaign_id": campaign_id, "strategy": "call", "loaded_at": "2025-07-01", **more}


def touch(campaign_id: str, customer: str, when: str, arm: str = "treatment", **more) -> dict:
    return {
        "touch_id": f"{campaign_id}-{customer}-{when}", "campaign_id": campaign_id, "customer_id": customer,
        "touched_at": when, "arm": arm, "loaded_at": "2025-07-01", **more,
    }


def answer(response_id: str, customer: str, when: str, survey: str, score: str) -> dict:
    return {
        "response_id": response_id, "customer_id": customer, "answered_at": when,
        "survey": survey, "score": score, "loaded_at": "2025-07-01",
    }


def consent(customer: str, contactable: str = "true") -> dict:
    return {"customer_id": customer, "contactable": contactable, "updated_at": "2025-01-01", "loaded_at": "2025-07-01"}
