"""The oracle against the golden landing, and against cases small enough to work out by hand."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from oracle import expected

GOLDEN = Path(__file__).parent / "golden"
AS_OF = date(2025, 6, 30)


def rows_of(path: Path) -> list[dict]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def as_text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def as_rows(rows: list[dict], columns: list[str]) -> Counter:
    return Counter(tuple(as_text(row[column]) for column in columns) for row in rows)


@pytest.fixture(scope="module")
def golden():
    return expected(GOLDEN / "landing", GOLDEN, AS_OF)


@pytest.mark.parametrize(
    ("attribute", "file"),
    [
        ("states", "expected_lifecycle_states.csv"),
        ("transitions", "expected_lifecycle_transitions.csv"),
        ("rejected", "expected_rejected_rows.csv"),
    ],
)
def test_rows_are_the_golden_ones(golden, attribute, file):
    wanted = rows_of(GOLDEN / file)
    columns = list(wanted[0])
    assert as_rows(getattr(golden, attribute), columns) == as_rows(wanted, columns)


def test_periods_are_the_golden_ones(golden):
    wanted = rows_of(GOLDEN / "expected_periods.csv")
    keys = set()
    for row in wanted:
        business, grain, start = row.pop("business_id"), row.pop("period_grain"), row.pop("period_start")
        key = (business, grain, date.fromisoformat(start), "all", "all")
        keys.add(key)
        got = golden.periods[key]
        for column, text in row.items():
            if isinstance(got[column], float):
                assert got[column] == pytest.approx(float(text), abs=1e-9), (key, column)
            else:
                assert as_text(got[column]) == text, (key, column)
    assert keys == {key for key in golden.periods if key[3] == "all" and key[1] != "day"}


def test_every_landed_row_stands_is_superseded_or_is_rejected(golden):
    rejected = Counter(row["landing_table"] for row in golden.rejected)
    for table, landed in golden.landed.items():
        assert landed == golden.standing[table] + golden.superseded[table] + rejected[table], table
