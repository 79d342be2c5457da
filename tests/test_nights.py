"""Independent of the path: drawn histories that arrive over several nights, in any order, end like one full build of them.

Each history is a separate business, so that many share one warehouse. More or other histories by environment variable:
`HISTORIES=2000 NIGHTS=6 HISTORIES_SEED=7 python -m pytest -n 0 -m slow tests/test_nights.py`.
"""

import os
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from histories import AS_OF, Arrival, History, drawn, drawn_arrivals, write_night
from histories.business import HEADERS
from one_landing import SHOP
from projects import Project
from warehouses import differences

COUNT = int(os.environ.get("HISTORIES", "200"))
NIGHTS = int(os.environ.get("NIGHTS", "3"))
SEED = int(os.environ.get("HISTORIES_SEED", "1"))

KEPT = "select count(*), bit_xor(hash(history)) from winback.metric_history as history where refresh_id <= "


def as_of(night: int) -> str:
    """The last two nights count to the same date, the others to earlier ones, some of them far apart."""
    before_last = max(NIGHTS - 2 - night, 0)
    return (AS_OF - timedelta(days=before_last * before_last * 11)).isoformat()


def told_apart_again() -> list[Arrival]:
    """c1 has the same country throughout. In the last night it is a segment again, when c2's country no longer exceeds the limit."""
    order = {"event_name": "order", "occurred_at": "2025-01-01", "loaded_at": "2025-01-01"}
    nights = []
    for night in range(NIGHTS):
        says = {"country": "IT", "updated_at": f"2025-01-0{night + 1}", "loaded_at": f"2025-01-0{night + 1}"}
        rows: dict[str, list[dict]] = {table: [] for table in HEADERS}
        rows["customers"] = [{**says, "customer_id": "c2", "country": "SE" if night == NIGHTS - 2 else "IT"}]
        if night == 0:
            rows["customers"].append({**says, "customer_id": "c1"})
            rows["events"] = [{**order, "event_id": customer, "customer_id": customer} for customer in ("c1", "c2")]
        nights.append(Arrival(History(SHOP, {}, rows)))
    return nights


@pytest.mark.parametrize("count", [50, pytest.param(COUNT, marks=pytest.mark.slow)])
def test_any_nights_in_any_order_end_as_one_full_build(project: Project, tmp_path: Path, count: int) -> None:
    project.limit_segment_values(1)  # There are two countries, so segments appear and disappear between nights.
    arriving = [*drawn_arrivals(drawn(count, SEED), NIGHTS, SEED), told_apart_again()]
    wide: list[set[tuple]] = []
    for night in range(NIGHTS):
        if night == NIGHTS - 1:  # landed rows remain, even if their file is gone
            (project.landing / "events" / "night_0.csv").rename(tmp_path / "night_0.csv")
        write_night(arriving, night, project.landing, project.folder / "seeds")
        told = project.refresh(as_of(night)).stderr
        wide.append(set(project.query("select business_id, segment from winback_internal.int_wide_segments")))
        assert all(f"WARNING: segment {segment} has 2 values among the customers of {business}" in told for business, segment in wide[-1])
        kept_of = "select distinct business_id, segment from winback_internal.int_period_counts"
        assert not wide[-1] & set(project.query(kept_of)), "what adds no rows is not kept either"
    assert any(after - before for before, after in pairwise(wide)) and (f"b{count:03}", "country") in wide[-2] - wide[-1]
    assert project.query("select count(*) from winback.metric_restatements where not is_new_configuration")[0][0] > 0
    assert project.query("select count(*) from winback.metric_restatements where is_new_configuration")[0][0] > 0

    whole = Project(project.folder, project.landing, project.folder / "whole" / "warehouse.duckdb")
    (tmp_path / "night_0.csv").rename(project.landing / "events" / "night_0.csv")
    whole.refresh(as_of(NIGHTS - 1))
    assert differences(project.warehouse, whole.warehouse) == []

    kept = project.query(f"{KEPT} {NIGHTS}")
    (project.landing / "events" / "night_0.csv").unlink()
    project.refresh(as_of(NIGHTS - 1), "--full")
    assert differences(project.warehouse, whole.warehouse) == []
    assert project.query(f"{KEPT} {NIGHTS}") == kept
    assert project.query("select refresh_id, is_rebuild, new_rows, periods_restated from winback.refreshes order by 1 desc limit 1") == [(NIGHTS + 1, True, 0, 0)]
