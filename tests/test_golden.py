"""The golden landing through a real refresh: states, transitions, rejected rows, dropped values, every count and every rate."""

import csv

import pytest

from projects import GOLDEN, Project


def expected(name: str) -> tuple[list[str], list[tuple[str, ...]]]:
    with (GOLDEN / name).open(newline="") as file:
        header, *rows = list(csv.reader(file))
    return header, [tuple(row) for row in rows]


def text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("table", ["lifecycle_states", "lifecycle_transitions", "rejected_rows", "dropped_values"])
def test_rows_are_exactly_those_expected(golden: Project, table: str) -> None:
    columns, rows = expected(f"expected_{table}.csv")
    found = [tuple(map(text, row)) for row in golden.query(f"select {', '.join(columns)} from winback.{table}")]
    assert sorted(found) == sorted(rows)


def test_every_count_and_rate_of_every_period(golden: Project) -> None:
    columns, rows = expected("expected_periods.csv")
    found: dict[tuple[str, ...], dict[str, object]] = {}
    for fact in ("fct_lifecycle", "fct_win_back", "fct_reactivation", "fct_retention"):
        names = [name for (name,) in golden.query(f"select column_name from duckdb_columns() where schema_name = 'winback' and table_name = '{fact}' order by column_index")]
        for row in golden.query(f"select * from winback.{fact} where segment = 'all' and period_grain <> 'day'"):
            values = dict(zip(names, row, strict=True))
            key = tuple(text(values[name]) for name in columns[:3])
            found.setdefault(key, {}).update(values)
    assert found.keys() == {row[:3] for row in rows}
    wrong = [(row[:3], name, found[row[:3]][name], value) for row in rows for name, value in zip(columns, row, strict=True) if not same(found[row[:3]][name], value)]
    assert wrong == []


def same(found: object, wanted: str) -> bool:
    """Compare counts and dates exactly, rates to 1e-9, null with null."""
    if isinstance(found, float):
        return wanted != "" and abs(found - float(wanted)) <= 1e-9
    return text(found) == wanted
