"""Many businesses as one landing of CSV files, with its seeds."""

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
    """One landing of CSV files, and its seeds; `without`: the columns a table's file lacks."""
    lines: dict[str, list[dict]] = {table: [] for table in HEADERS}
    policies_of, kinds = [], [("*", name, kind) for name, kind in EVENT_KINDS.items()]
    for number, history in enumerate(businesses):
        business_id = f"b{number:03}"
        policies_of.append({"business_id": business_id, "name": f"No. {number}", **history.policy})
        kinds += [(business_id, name, kind) for name, kind in history.own_names.items()]
        for table, rows in history.rows.items():
            lines[table] += [{"business_id": business_id, **row} for row in rows]

    for table, columns in HEADERS.items():
        kept = [name for name in columns if name not in (without or {}).get(table, ())]
        write_csv(folder / f"{table}.csv", kept, lines[table])
    names = ("business_id", "name", "kind", "timezone", "currency", *DAYS)
    write_csv(seeds_folder / "businesses.csv", names, policies_of)
    names = ("business_id", "event_name", "kind")
    rows = [dict(zip(names, row, strict=True)) for row in kinds]
    write_csv(seeds_folder / "event_kinds.csv", names, rows)
    names = ("reason", "exit_kind", "category")
    rows = [dict(zip(names, (reason, *what), strict=True)) for reason, what in EXIT_REASONS.items()]
    write_csv(seeds_folder / "exit_reasons.csv", names, rows)


def write_csv(path: Path, columns: Iterable[str], rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(columns), extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
