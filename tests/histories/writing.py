"""Writes many businesses as one landing of CSV files, with its seeds."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from .business import DAYS, EVENT_KINDS, EXIT_REASONS, HEADERS, History


def write_landing(
    businesses: Iterable[History],
    folder: Path,
    seeds_folder: Path,
    without: dict[str, tuple[str, ...]] | None = None,
) -> None:
    """Write one landing of CSV files, and its seeds; `without`: the columns missing from a table's file."""
    lines: dict[str, list[dict]] = {table: [] for table in HEADERS}
    numbered = [(f"b{number:03}", history) for number, history in enumerate(businesses)]
    for business_id, history in numbered:
        for table, rows in history.rows.items():
            lines[table] += [{"business_id": business_id, **row} for row in rows]
    for table, columns in HEADERS.items():
        kept = [name for name in columns if name not in (without or {}).get(table, ())]
        write_csv(folder / f"{table}.csv", kept, lines[table])
    write_seeds(numbered, EXIT_REASONS, seeds_folder)


def write_seeds(businesses: list[tuple[str, History]], reasons: dict[str, tuple[str, str]], folder: Path) -> None:
    """Write the configuration of some businesses."""
    policies_of = [{"business_id": business_id, "name": f"No. {business_id}", **history.policy} for business_id, history in businesses]
    write_csv(folder / "businesses.csv", ("business_id", "name", "kind", "timezone", "currency", *DAYS, "naive_times"), policies_of)
    kinds = [("*", name, kind) for name, kind in EVENT_KINDS.items()]
    kinds += [(business_id, name, kind) for business_id, history in businesses for name, kind in history.own_names.items()]
    names = ("business_id", "event_name", "kind", "kind_if_zero")
    rows = [dict(zip(names, (business, name, *kind.split(":")), strict=False)) for business, name, kind in kinds]
    write_csv(folder / "event_kinds.csv", names, rows)
    names = ("reason", "exit_kind", "category")
    write_csv(folder / "exit_reasons.csv", names, [dict(zip(names, (reason, *what), strict=True)) for reason, what in reasons.items()])


def write_csv(path: Path, columns: Iterable[str], rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(columns), extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
