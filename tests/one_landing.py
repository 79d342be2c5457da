"""One landing of many businesses, each an independent case: no table joins two of them, so all of them share one refresh.

A test file declares its cases with `cases()`, and queries only its own businesses in the published tables.
"""

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from histories import drawn, write_landing
from projects import Project, copy_project

# For more or other histories: `HISTORIES=2000 HISTORIES_SEED=7 python -m pytest tests/test_histories.py`.
COUNT = int(os.environ.get("HISTORIES", "150"))
SEED = int(os.environ.get("HISTORIES_SEED", "1"))
CASES_OF = ("test_checks", "test_field", "test_landing", "test_time_zones")
DRAWN_SEEDS = "drawn_seeds"
WITHOUT = {"survey_responses": ("loaded_at",)}  # all answers are read at one time; the nights have the column

SHOP = {
    "kind": "retail", "timezone": "America/New_York", "currency": "USD", "dormant_after_days": "90", "former_after_days": "365",
    "prospect_dormant_after_days": "30", "attribution_days": "30", "recovery_days": "",
}  # fmt: skip


@dataclass
class Case:
    """A business and its landed data: rows by table, which get its id, and files by name, used as they are.

    By default its policy is that of a shop. Event names are those of `histories.business.EVENT_KINDS`, except those in `kinds`:
    a kind for each name, and optionally another kind if the amount is 0.
    """

    business_id: str
    rows: dict[str, list[dict]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    policy: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, tuple[str, str]] = field(default_factory=dict)

    def land(self, project: Project) -> None:
        for table, rows in self.rows.items():
            project.land(f"{table}/{self.business_id}", [{"business_id": self.business_id, **row} for row in rows])
        for name, content in self.files.items():
            path = project.landing / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def all_cases() -> Iterable[Case]:
    for name in CASES_OF:
        yield from import_module(name).cases()


def refresh_all(project: Project) -> None:
    """Publish drawn histories, in separate files that the oracle reads, together with all cases."""
    copy_project(project.folder)
    drawn_seeds = project.folder / DRAWN_SEEDS
    write_landing(drawn(COUNT, SEED), project.landing, drawn_seeds, WITHOUT)
    project.use_seeds(drawn_seeds)
    cases = list(all_cases())
    for case in cases:
        case.land(project)
    businesses = [{"business_id": case.business_id, "name": case.business_id, **SHOP, **case.policy} for case in cases]
    kinds = [(case.business_id, name, *kinds) for case in cases for name, kinds in case.kinds.items()]
    columns = ("business_id", "event_name", "kind", "kind_if_zero")
    add_rows(project.folder / "seeds" / "businesses.csv", businesses)
    add_rows(project.folder / "seeds" / "event_kinds.csv", [dict(zip(columns, row, strict=True)) for row in kinds])
    project.refresh()


def add_rows(seed: Path, rows: list[dict[str, str]]) -> None:
    """Add rows to a seed, including columns that the seed lacks."""
    with seed.open(newline="") as file:
        there = list(csv.DictReader(file))
    with seed.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(column for row in (*there, *rows) for column in row)), lineterminator="\n")
        writer.writeheader()
        writer.writerows(there + rows)
