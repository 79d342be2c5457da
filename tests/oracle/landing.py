"""The landing: which rows are read, which are rejected and why, and which duplicate of each is current."""

from __future__ import annotations

import csv
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from .config import Business, Config
from .prices import why_not_priced
from .tables import CUSTOMER_IDS, TABLES, Table
from .values import (
    UTC,
    Unreadable,
    clean,
    in_order,
    is_mangled,
    is_placeholder,
    lower,
    read_amount,
    read_arm,
    read_boolean,
    read_customer_id,
    read_date,
    read_local_date,
    read_score,
    read_survey,
    read_time,
)

LOADED_AT = "loaded_at"
READERS = {
    "text": lambda value: value,
    "amount": read_amount,
    "date": read_date,
    "boolean": read_boolean,
    "arm": read_arm,
    "survey": read_survey,
}


@dataclass
class Landed:
    """A distinct row: its texts by column, and the loading time of each delivery."""

    texts: dict[str, str | None]
    loaded_at: list[str | None]


@dataclass
class Landing:
    """The current rows, typed, and the rejected ones: (table, business, row, customer, reason)."""

    config: Config
    headers: dict[str, list[str]] = field(default_factory=dict)
    landed: dict[str, int] = field(default_factory=dict)
    superseded: dict[str, int] = field(default_factory=dict)
    standing: dict[str, list[dict]] = field(default_factory=dict)
    rejected: list[tuple] = field(default_factory=list)
    dropped: list[tuple] = field(default_factory=list)

    @cached_property
    def campaigns(self) -> set[tuple[str, str]]:
        """Return the current campaigns; they are read before their touches."""
        return {(row["business_id"], row["campaign_id"]) for row in self.standing["campaigns"]}

    def reject(self, table: Table, row: dict, reason: str) -> None:
        self.rejected.append((*name_of(table, row), reason))


def name_of(table: Table, row: dict) -> tuple:
    customer = row.get(table.customer_id) if table.customer_id else None
    return table.name, row.get("business_id"), row.get(table.row_id), customer


def read_landing(folder: Path, config: Config) -> Landing:
    landing = Landing(config)
    for table in TABLES:
        rows, header = read_rows(folder / f"{table.name}.csv")
        landing.headers[table.name] = header
        landing.landed[table.name] = len(rows)
        landing.superseded[table.name] = 0
        valid = []
        for landed in rows:
            row, reason = judge(landing, table, landed, header)
            if reason is None:
                valid.append(row)
            else:
                landing.reject(table, row, reason)
        landing.standing[table.name] = stand(landing, table, valid)
        if table.name == "customer_merges":
            reject_merge_cycles(landing, table)
        for row in landing.standing[table.name]:
            landing.dropped += [(*name_of(table, row), *value) for value in row["dropped"]]
    return landing


def read_rows(path: Path) -> tuple[list[Landed], list[str]]:
    """Return the rows of a file, merging rows that differ only in `loaded_at`, and its header; a missing file has none."""
    if not path.exists():
        return [], []
    with path.open(newline="", encoding="utf-8") as file:
        header, *lines = [tuple(line) for line in csv.reader(file) if line] or [()]
    header = [name.strip() for name in header]
    rows: dict[tuple, Landed] = {}
    for line in lines:
        if len(line) != len(header):
            rows.setdefault(line, Landed({}, []))
            continue
        texts = dict(zip(header, line, strict=True))
        loaded_at = clean(texts.pop(LOADED_AT, None))
        same = rows.setdefault(tuple(texts.items()), Landed({name: clean(text) for name, text in texts.items()}, []))
        same.loaded_at.append(loaded_at)
    return list(rows.values()), header


def judge(landing: Landing, table: Table, landed: Landed, header: list[str]) -> tuple[dict, str | None]:
    """Validate a row: return it and the first reason to reject it. Values of valid rows are typed, and `dropped` names the lost ones."""
    if not landed.texts:
        return {}, "malformed_line"
    row = {column: landed.texts.get(column) for column in table.columns}
    row |= {column: read_customer_id(row[column]) for column in CUSTOMER_IDS if column in row}
    kind = kind_of(landing.config, row) if table.name == "events" else None
    reason = why_not_placed(landing.config, table, row, kind)
    if reason:
        return row, reason

    business = landing.config.businesses[row["business_id"]]
    if table.name == "contracts" and (reason := why_not_priced(row, business)):
        return row, reason
    typed: dict = {"kind": kind, "dropped": []}
    for column in table.columns:
        typed[column] = None
        if column not in header or (row[column] is None and column not in table.makes_row):
            continue
        try:
            typed[column] = read_loaded(landed, business) if column == LOADED_AT else read_value(table, row, column, business)
        except Unreadable:
            if column in table.makes_row:
                return row, f"invalid_{column}"
            typed["dropped"].append((column, f"invalid_{column}"))
    if table.name == "events":
        look_at_amount(typed, business)

    reason = why_out_of_place(landing, table, typed)
    return (row, reason) if reason else (typed, None)


def kind_of(config: Config, row: dict) -> str | None:
    """Return the kind of an event by its name and by whether its amount is 0, before any other check."""
    try:
        amount = read_amount(row["amount"])
    except Unreadable:
        amount = None
    return config.kind_of(row["business_id"], row["event_name"], amount)


def why_not_placed(config: Config, table: Table, row: dict, kind: str | None) -> str | None:
    """Return a reason to reject ids and names that are missing, refer to nobody, or are unknown to the configuration."""
    for column in table.required:
        if row[column] is None:
            return f"missing_{column}"
    customers = [row[column] for column in CUSTOMER_IDS if column in row]
    is_event = table.name == "events"
    applies = {
        "placeholder_customer_id": any(map(is_placeholder, customers)),
        "mangled_event_id": is_event and is_mangled(row["event_id"]),
        "mangled_customer_id": any(map(is_mangled, customers)),
        "unknown_business": row["business_id"] not in config.businesses,
        "unmapped_event_name": is_event and kind is None,
        "missing_voids_event_id": kind == "void" and row["voids_event_id"] is None,
    }
    return next((reason for reason, is_so in applies.items() if is_so), None)


def read_value(table: Table, row: dict, column: str, business: Business):
    text, holds = row[column], table.columns[column]
    if holds in ("time", "local date"):
        read = read_time if holds == "time" else read_local_date
        return read(text, business.zone, business.zone if business.reads_local_times else UTC)
    if holds == "score":
        return read_score(text, row["survey"])
    return READERS[holds](text)


def read_loaded(landed: Landed, business: Business) -> datetime:
    """Return the latest readable loading time."""
    found = []
    for text in landed.loaded_at:
        with suppress(Unreadable):
            found.append(read_time(text, business.zone, business.zone if business.reads_local_times else UTC))
    if not found:
        raise Unreadable(LOADED_AT)
    return max(found)


def look_at_amount(event: dict, business: Business) -> None:
    """Check an amount: it may be readable and still unusable."""
    if event["amount"] is None:
        return
    if event["kind"] == "refund":
        event["amount"] = event["amount"].copy_abs()
    reason = None
    if event["kind"] == "purchase" and event["amount"] < 0:
        reason = "negative_amount"
    elif event["currency"] and lower(event["currency"]) != lower(business.currency):
        reason = "foreign_currency"
    if reason:
        event["amount"] = None
        event["dropped"].append(("amount", reason))


def why_out_of_place(landing: Landing, table: Table, row: dict) -> str | None:
    """Return reasons to reject that can be determined only after the row has been read."""
    if table.name == "campaign_touches" and (row["business_id"], row["campaign_id"]) not in landing.campaigns:
        return "unknown_campaign"
    if table.name == "customer_merges" and row["from_customer_id"] == row["into_customer_id"]:
        return "merge_into_self"
    return None


def stand(landing: Landing, table: Table, valid: list[dict]) -> list[dict]:
    """Make the newest valid row of each key current; of those that tie, the first in order."""
    copies_of = defaultdict(list)
    for row in valid:
        copies_of[row["business_id"], row[table.row_id]].append(row)

    standing = []
    for copies in copies_of.values():
        newest = max(how_new(table, copy) for copy in copies)
        ties = [copy for copy in copies if how_new(table, copy) == newest]
        landing.superseded[table.name] += len(copies) - len(ties)
        first, *others = sorted(ties, key=lambda copy: (typed_columns(table, copy), copy["dropped"]))
        standing.append(first)
        for other in others:
            if typed_columns(table, other) == typed_columns(table, first):
                landing.superseded[table.name] += 1
            else:
                landing.reject(table, other, "conflicting_copy")
    return standing


def how_new(table: Table, row: dict) -> list[tuple]:
    """Rank a row by age: one without a time is older than any with one. If the whole file lacks the column, it has no influence."""
    return [(row[column] is not None, row[column]) for column in table.newest_by]


def typed_columns(table: Table, row: dict) -> list[tuple]:
    return [in_order(row[column]) for column in table.columns]


def reject_merge_cycles(landing: Landing, table: Table) -> None:
    """Reject the current rows of a cycle; a chain that leads into one keeps its rows."""
    merges = landing.standing[table.name]
    into = {
        (row["business_id"], row["from_customer_id"]): row["into_customer_id"] for row in merges
    }

    def comes_back(business_id: str, start: str) -> bool:
        customer = into.get((business_id, start))
        for _ in merges:
            if customer is None or customer == start:
                break
            customer = into.get((business_id, customer))
        return customer == start

    kept = []
    for row in merges:
        if comes_back(row["business_id"], row["from_customer_id"]):
            landing.reject(table, row, "merge_cycle")
        else:
            kept.append(row)
    landing.standing[table.name] = kept


def survivors(landing: Landing) -> dict[tuple[str, str], str]:
    """Map each merged customer to the one at the end of the chain."""
    into = {
        (row["business_id"], row["from_customer_id"]): row["into_customer_id"]
        for row in landing.standing["customer_merges"]
    }

    def end_of(business_id: str, customer: str) -> str:
        while (business_id, customer) in into:
            customer = into[business_id, customer]
        return customer

    return {key: end_of(*key) for key in into}
