"""The sample as it would really arrive: a full build, then one day per night, ends like the full build at the last day.

`SAMPLE_NIGHTS=30 python -m pytest -n 0 -m slow tests/test_sample_nights.py` for a whole month of nights.
"""

import os
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.sample import SAMPLE_AS_OF, write_sample
from projects import Project, copy_project
from warehouses import differences

pytestmark = pytest.mark.builds

NIGHTS = int(os.environ.get("SAMPLE_NIGHTS", "2"))


@pytest.fixture
def sample_project(tmp_path: Path) -> Project:
    """A copy with the sample's own configuration."""
    return copy_project(tmp_path / "project")


def land_until(whole: Path, landing: Path, night: int, after: date | None, until: date) -> None:
    """Land the rows loaded in the meantime; rows without a loading time are there from the beginning."""
    for source in [path for path in whole.rglob("*") if path.suffix in (".csv", ".parquet")]:
        table = source.relative_to(whole).parts[0].removesuffix(source.suffix)
        target = landing / table / f"{source.stem}_{night}{source.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        kind = "csv" if source.suffix == ".csv" else "parquet"
        read = f"read_csv('{source}', all_varchar = true, quote = '\"', escape = '\"')" if kind == "csv" else f"read_parquet('{source}')"
        loaded = "coalesce(try_cast(left(loaded_at::varchar, 10) as date), date '1970-01-01') - 1"
        since = f"and {loaded} > date '{after}'" if after else ""
        duckdb.execute(f"copy (select * from {read} where {loaded} <= date '{until}' {since}) to '{target}' (format {kind})")


@pytest.mark.slow
def test_nights_of_the_sample_end_as_the_full_build_at_the_last_day(sample_project: Project, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    write_sample(whole, report=lambda line: None)
    first = SAMPLE_AS_OF - timedelta(days=NIGHTS)
    land_until(whole, sample_project.landing, 0, None, first)
    sample_project.refresh(first.isoformat())
    for night in range(1, NIGHTS + 1):
        day = first + timedelta(days=night)
        land_until(whole, sample_project.landing, night, day - timedelta(days=1), day if night < NIGHTS else date(2100, 1, 1))
        sample_project.refresh(day.isoformat())
    recomputed = sample_project.query("select refresh_id, is_rebuild, customers_recomputed from winback.refreshes order by 1")
    assert [is_rebuild for _, is_rebuild, _ in recomputed] == [True] + [False] * NIGHTS
    assert all(count < recomputed[0][2] / 10 for _, _, count in recomputed[1:]), recomputed

    at_once = Project(sample_project.folder, sample_project.landing, tmp_path / "at_once" / "warehouse.duckdb")
    at_once.refresh(SAMPLE_AS_OF.isoformat())
    assert differences(sample_project.warehouse, at_once.warehouse) == []
