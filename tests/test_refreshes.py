"""Cost and log of an incremental refresh: only customers with changed rows are recomputed, and every changed figure is reported."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import duckdb
import pytest

from dagster_instance import Told, instance_of
from orchestration.published_state import last_refresh
from orchestration.seed_checks import last_date_over
from orchestration.warehouses.duckdb_file import DuckDBFile
from projects import Project

COLUMNS = "event_id,business_id,customer_id,event_name,occurred_at,amount,currency,reason,voids_event_id,loaded_at"
LAST = "select refresh_id, new_rows, customers_recomputed, periods_restated from winback.refreshes order by refresh_id desc limit 1"


def land(project: Project, name: str, *rows: str) -> None:
    """Write one more file of events."""
    (project.landing / "events").mkdir(parents=True, exist_ok=True)
    (project.landing / "events" / f"{name}.csv").write_text("\n".join([COLUMNS, *rows]) + "\n")


@contextmanager
def read_only(landing: Path) -> Iterator[None]:
    """Make a landing read-only."""
    paths = [landing, *landing.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    yield
    for path in paths:
        path.chmod(path.stat().st_mode | 0o200)


def order(event_id: str, customer: str, on: str, loaded_on: str = "2025-06-01", name: str = "order", voids: str = "") -> str:
    return f"{event_id},shop,{customer},{name},{on}T12:00:00Z,10,USD,,{voids},{loaded_on}T00:00:00Z"


def test_only_what_changed_is_recomputed_and_what_was_published_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """One project through several refreshes; each paragraph is one."""
    land(
        project, "first", order("a1", "ann", "2024-01-10"), order("b1", "bob", "2024-02-10"), order("c1", "cleo", "2025-05-20"),
        order("d1", "dora", "2025-05-15", name="pre_order"),
    )  # fmt: skip
    with read_only(project.landing):
        project.refresh("2025-05-31")
    assert project.query(LAST) == [(1, 4, 3, 0)]
    assert project.query("select row_id, reason from winback.rejected_rows") == [("d1", "unmapped_event_name")]

    # Nothing new and the same date: nothing is done, and quickly.
    before = project.warehouse.stat()
    result = project.refresh("2025-05-31")
    assert "Nothing new in landing, configuration and code since the last refresh to 2025-05-31" in result.stderr
    assert project.warehouse.stat().st_mtime_ns == before.st_mtime_ns and project.query(LAST) == [(1, 4, 3, 0)]

    # Time passes, and Cleo becomes dormant after D days; a landed row comes again in another file: nobody is recomputed.
    land(project, "again", order("a1", "ann", "2024-01-10"))
    project.refresh("2025-09-30")
    assert project.query(LAST) == [(2, 0, 0, 0)]
    cleo = "select state, valid_from::varchar, valid_to from winback.lifecycle_states where customer_id = 'cleo' order by 2 desc limit 1"
    assert project.query(cleo) == [("dormant", "2025-08-18", None)]

    # A row a year late, although loaded long ago by its own column: it changes the customer it names, and months in the past.
    land(project, "late", order("b2", "bob", "2024-08-15", loaded_on="2024-08-16"))
    result = replace(project, environment={}).recorded().refresh("2025-09-30")
    (restated,) = project.query("select count(distinct (period_grain, period_start)) from winback.metric_restatements")[0]
    assert restated > 10 and project.query(LAST) == [(3, 1, 1, restated)]
    assert f"RESTATED: shop, {restated} closed periods from 2024-01-01 on, because of late or corrected data" in result.stderr
    assert project.query(
        """select value_before, value_after, change, days_after_first_publication from winback.metric_restatements
        where period_grain = 'month' and period_start = '2024-08-01' and metric = 'closing_active'"""
    ) == [(0, 1, 1, 0)]
    with instance_of(project, monkeypatch) as instance:
        metadata = Told(instance).of("metric_restatements")
    assert (metadata["refresh"], metadata["closed periods restated"]) == (3, restated)
    (row,) = metadata["restated"]
    assert (row["business"], row["closed periods"], row["because of"]) == ("shop", restated, "late or corrected data")

    # A changed policy and mapping affect all customers of the business and revalidate its rejected rows, but are no late data.
    seeds = project.folder / "seeds"
    (seeds / "businesses.csv").write_text((seeds / "businesses.csv").read_text().replace("USD,90,365", "USD,100,365"))
    (seeds / "event_kinds.csv").write_text((seeds / "event_kinds.csv").read_text() + "shop,pre_order,purchase,\n")
    result = project.refresh("2025-09-30")
    assert project.query(LAST)[0][:3] == (4, 0, 4)
    assert "on, because of a changed configuration" in result.stderr
    assert project.query("select bool_and(is_new_configuration) from winback.metric_restatements where replaced_by_refresh_id = 4") == [(True,)]
    assert project.query("select count(*) from winback.rejected_rows") == [(0,)]
    assert project.query("select state from winback.lifecycle_states where customer_id = 'dora' and valid_to is null") == [("dormant",)]

    # A void cancels an event whose file is long gone.
    for file in (project.landing / "events").iterdir():
        file.unlink()
    land(project, "void", order("v1", "nobody", "2025-06-16", name="order_voided", voids="d1"))
    project.refresh("2025-09-30")
    assert project.query("select count(distinct customer_id) filter (customer_id = 'dora'), count(distinct customer_id) from winback.lifecycle_states") == [(0, 3)]


def test_a_night_that_tests_only_what_it_made_still_finds_a_row_lost_before(published: Project) -> None:
    with duckdb.connect(str(published.warehouse)) as connection:
        connection.execute("delete from winback.lifecycle_transitions where transition_date = (select min(transition_date) from winback.lifecycle_transitions)")
        connection.execute("delete from winback_internal.base_events where event_id = (select min(event_id) from winback_internal.base_events)")
    message = published.refused("refresh", "--as-of", "2025-07-01")
    assert "Test lifecycle_transitions_schedule failed" in message
    assert "base_events: there are not as many validations as landed rows (1 row)." in message
    assert "base_events: landed rows are not all current, superseded or rejected (1 row)." in message


def test_the_default_date_is_that_of_the_businesss_that_is_furthest_behind(project: Project) -> None:
    seeds = project.folder / "seeds"
    # New York is the furthest west of the golden businesses: at 03:00 UTC its previous day has not ended.
    assert str(last_date_over(seeds, datetime(2025, 7, 1, 3, 59, tzinfo=timezone.utc))) == "2025-06-29"
    assert str(last_date_over(seeds, datetime(2025, 7, 1, 4, 0, tzinfo=timezone.utc))) == "2025-06-30"


@pytest.mark.parametrize(("seed", "column", "value"), [
    ("businesses", "name", "Another"), ("businesses", "naive_times", "local"), ("event_kinds", "kind_if_zero", "interest"), ("exit_reasons", "category", "other"),
])  # fmt: skip
def test_a_column_that_a_seed_gains_is_a_changed_configuration_once_it_says_something(toy: Project, seed: str, column: str, value: str) -> None:
    ((code,),) = toy.query("select code_version from winback.refreshes")
    last, file = last_refresh(DuckDBFile(toy.warehouse, toy.landing), code), toy.folder / "seeds" / f"{seed}.csv"
    with file.open(newline="") as read:
        rows = [{column: "", **row} for row in csv.DictReader(read)]
    for text in (rows[-1][column], value):
        rows[-1][column] = text
        with file.open("w", newline="") as written:
            writer = csv.DictWriter(written, list(rows[-1]))
            writer.writeheader()
            writer.writerows(rows)
        assert last.is_configured_by(file.parent) == (text != value)
