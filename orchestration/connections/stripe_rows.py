"""How Stripe's objects are laid out as Fivetran's tables: the columns that the dbt project declares, and nothing else of what Stripe sends."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from orchestration.connections.systems import tables_of
from orchestration.connections.versions import Row, Versions

TIMES = {
    "created", "start_date", "trial_start", "trial_end", "current_period_start", "current_period_end", "cancel_at", "ended_at", "pause_collection_resumes_at",
    "period_start", "period_end", "status_transitions_paid_at",
}  # fmt: skip
# The tables of each list, each with the column by which its rows belong to an object: what the object has no more has been deleted. Without one, the list is whole.
TABLES = {
    "refunds": {"refund": "id"},
    "charges": {"charge": "id"},
    "invoices": {"invoice": "id", "invoice_line_item": "invoice_id"},
    "subscriptions": {"subscription_history": None, "subscription_item": None},
    "plans": {"plan": None},
    "account": {"account": None},
}
# The rows that an object of a list holds within itself: where, under which parameters the rest of them is found, and the column that names the object.
PARTS = {
    "invoice_line_item": ("lines", "invoices/{}/lines", None, "invoice_id"),
    "subscription_item": ("items", "subscription_items", "subscription", "subscription_id"),
}
# What is added when the tables are published.
ADDED = {"_fivetran_deleted", "_fivetran_active", "_fivetran_start", "_fivetran_synced", "is_deleted"}


def columns_of(table: str) -> tuple[str, ...]:
    """Return the columns of a table that are read from the API.

    Args:
        table: its name.

    Returns:
        Those that the dbt project declares, without what is added when the table is published.
    """
    if table == "account":
        return ("id", "settings_dashboard_timezone")
    declared = tables_of("stripe")[table].contract.columns
    return tuple(column for column in (*declared, *({"created"} - {*declared} if table == "charge" else ())) if column not in ADDED)


def published_tables() -> dict[str, Versions]:
    """Return the tables that a pull publishes.

    Returns:
        How each is made of the store's versions, by name.
    """
    keys = {"invoice_line_item": ("invoice_id", "id")}  # a line's id is unique within its invoice
    names = [table for tables in TABLES.values() for table in tables]
    return {table: Versions(columns_of(table), keys.get(table, ("id",)), is_history=table == "subscription_history") for table in names}


def flat_row(table: str, item: Mapping[str, Any]) -> Row:
    """Lay out an object as a row: nested fields as `outer_inner`, another object by its id, times as texts in UTC, money as Stripe sends it.

    Args:
        table: the table of the row.
        item: the object.

    Returns:
        The value of each column that the table has; null if the object has no such field.
    """
    found = dict(_fields(item))
    if table == "plan":
        found["unit_amount_decimal"] = found.get("amount_decimal")
    return {column: text_of(column, found.get(column)) for column in columns_of(table)}


def _fields(item: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in item.items():
        if isinstance(value, Mapping):
            yield from _fields(value, f"{prefix}{name}_")
        else:
            yield f"{prefix}{name}", value
            yield f"{prefix}{name}_id", value


def text_of(column: str, value: Any) -> str | None:
    """Return a value as the text that is published.

    Args:
        column: its column, which says whether a number is a time.
        value: the value, as it comes.

    Returns:
        The text; None for no value, and for what is no single value.
    """
    if value is None or isinstance(value, (list, dict)):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if column in TIMES and isinstance(value, int):
        with suppress(OverflowError, ValueError, OSError):  # A number that is no time stays one, and costs its value at most.
            return datetime.fromtimestamp(value, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)
