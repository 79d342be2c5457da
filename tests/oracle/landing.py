"""The landing: which rows are read, which are rejected and why, and which copy of each stands."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .config import Business, Config
from .tables import TABLES, Table
from .values import (
    Unreadable,
    clean,
    in_order,
    read_amount,
    read_arm,
    read_boolean,
    read_date,
    read_score,
    read_survey,
    read_time,
)

NEVER_NEGATIVE = ("purchase", "refund")


@dataclass
class Landing:
    """The rows that stand, typed, and those rejected: (table, business, row, customer, reason)."""

    config: Config
    headers: dict[str, list[str]] = field(default_factory=dict)
    landed: dict[str, int] = field(default_factory=dict)
    superseded: dict[str, int] = field(default_factory=dict)
    standing: dict[str, list[dict]] = field(default_factory=dict)
    rejected: list[tuple] = field(default_factory=list)

    @cached_property
    def campaigns(self) -> set[tuple[str, str]]:
        """Those that stand; they are read before their touches."""
        return {(row["business_id"], row["campaign_id"]) for row in self.standing["campaigns"]}

    def reject(self, table: Table, row: dict, reason: str) -> None:
        customer = row.get(table.customer_id) if table.customer_id else None
        self.rejected.append(
            (table.name, row.get("business_id"), row.get(table.row_id), customer, reason)
        )


def read_landing(folder: Path, config: Config) -> Landing:
    landing = Landing(config)
    for table in TABLES:
        rows, header = read_rows(folder / f"{table.name}.csv")
        landing.headers[table.name] = header
        landing.landed[table.name] = len(rows)
        landing.superseded[table.name] = 0
        valid = []
        for line in rows:
            row, reason = judge(landing, table, line, header)
            if reason is None:
                valid.append(row)
            else:
                landing.reject(table, row, reason)
        landing.standing[table.name] = stand(landing, table, valid)
        if table.name == "customer_merges":
            reject_merge_cycles(landing, table)
    return landing


def read_rows(path: Path) -> tuple[list[tuple[str, ...]], list[str]]:
    """The distinct rows of a file and its header; a file that is not there has none."""
    if not path.exists():
        return [], []
    with path.open(newline="", encoding="utf-8") as file:
        lines = [tuple(line) for line in csv.reader(file) if line]
    return list(dict.fromkeys(lines[1:])), [name.strip() for name in lines[0]]


def judge(
    landing: Landing, table: Table, line: tuple[str, ...], header: list[str]
) -> tuple[dict, str | None]:
    """The row, and the first reason to reject it; its values are typed where there is none."""
    if len(line) != len(header):
        return {}, "malformed_line"
    texts = {name: clean(text) for name, text in zip(header, line, strict=True)}
    row = {column: texts.get(column) for column in table.columns}
    reason = why_not_placed(landing.config, table, row)
    if reason:
        return row, reason

    business = landing.config.businesses[row["business_id"]]
    kind = landing.config.kind_of(business.business_id, row.get("event_name"))
    typed = {"kind": kind}
    for column in table.columns:
        if row[column] is None and column in table.optional_times and column not in header:
            typed[column] = None
            continue
        try:
            typed[column] = read_value(table, row, column, kind, business)
        except Unreadable:
            return row, f"invalid_{column}"

    reason = why_out_of_place(landing, table, typed, business)
    return (row, reason) if reason else (typed, None)


def why_not_placed(config: Config, table: Table, row: dict) -> str | None:
    """Ids and names that are missing, or that the configuration does not know."""
    for column in table.required:
        if row[column] is None:
            return f"missing_{column}"
    if row["business_id"] not in config.businesses:
        return "unknown_business"
    if table.name == "events":
        kind = config.kind_of(row["business_id"], row["event_name"])
        if kind is None:
            return "unmapped_event_name"
        if kind == "void" and row["voids_event_id"] is None:
            return "missing_voids_event_id"
    return None


def read_value(table: Table, row: dict, column: str, kind: str | None, business: Business):
    text, holds = row[column], table.columns[column]
    if holds == "time":
        return read_time(text, business.zone)
    if holds == "amount":
        amount = read_amount(text)
        if kind in NEVER_NEGATIVE and amount is not None and amount < 0:
            raise Unreadable(text)
        return amount
    if holds == "score":
        return read_score(text, row["survey"])
    readers = {
        "text": lambda value: value,
        "date": read_date,
        "boolean": read_boolean,
        "arm": read_arm,
        "survey": read_survey,
    }
    return readers[holds](text)


def why_out_of_place(landing: Landing, table: Table, row: dict, business: Business) -> str | None:
    """What can only be said once the row has been read."""
    if table.name == "events" and row["currency"] not in (None, business.currency):
        return "foreign_currency"
    if table.name == "campaign_touches" and (row["business_id"], row["campaign_id"]) not in landing.campaigns:
        return "unknown_campaign"
    if table.name == "customer_merges" and row["from_customer_id"] == row["into_customer_id"]:
        return "merge_into_self"
    return None


def stand(landing: Landing, table: Table, valid: list[dict]) -> list[dict]:
    """Of the valid copies with one key the newest stands; of those that tie, the first in order."""
    copies_of = defaultdict(list)
    for row in valid:
        copies_of[row["business_id"], row[table.row_id]].append(row)

    standing = []
    for copies in copies_of.values():
        newest = max(how_new(table, copy) for copy in copies)
        ties = [copy for copy in copies if how_new(table, copy) == newest]
        landing.superseded[table.name] += len(copies) - len(ties)
        first, *others = sorted(ties, key=lambda copy: sort_key(table, copy))
        standing.append(first)
        for other in others:
            if other == first:
                landing.superseded[table.name] += 1
            else:
                landing.reject(table, other, "conflicting_copy")
    return standing


def how_new(table: Table, row: dict) -> list:
    """A time the whole file lacks is null in every copy, and decides nothing."""
    return [row[column] for column in table.newest_by if row[column] is not None]


def sort_key(table: Table, row: dict) -> list[tuple]:
    return [in_order(row[column]) for column in table.columns]


def reject_merge_cycles(landing: Landing, table: Table) -> None:
    """The standing rows of a cycle are rejected; a chain that leads into one keeps its rows."""
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
    """Each merged customer → the one at the end of the chain."""
    into = {
        (row["business_id"], row["from_customer_id"]): row["into_customer_id"]
        for row in landing.standing["customer_merges"]
    }

    def end_of(business_id: str, customer: str) -> str:
        while (business_id, customer) in into:
            customer = into[business_id, customer]
        return customer

    return {key: end_of(*key) for key in into}
