"""A refresh continues from warehouses of earlier versions: each landed row once, and no figure restated without a change."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import WinbackError
from orchestration.landing.contract import LANDING_TABLES
from orchestration.warehouses.duckdb_file import DuckDBFile
from orchestration.warehouses.formats import code_format, is_of_earlier_format
from projects import ROOT, Project, copy_project
from test_dagster import materialise
from warehouses import differences

UPGRADES = ROOT / "tests" / "upgrades"
FORMAT = code_format()
# After the last date counted by the earlier versions, and in an unfinished week and month.
AS_OF = "2025-07-03"
NEW_ROWS = "event_id,business_id,customer_id,event_name,occurred_at,loaded_at\nn1,shop,new,order,2025-07-02T12:00:00Z,2025-07-02T18:00:00Z\n"
HISTORY = "select business_id, period_grain, period_start, metric, value, published_at, refresh_id from winback.metric_history where refresh_id <= 2 order by all"
LANDED = " union all ".join(
    f"select '{table}', count(*), count(distinct row_hash), count(malformed_line) from winback_internal.landed_{table}" for table in LANDING_TABLES
)
LOADED = "select event_id, customer_id, loaded_at from winback_internal.landed_events order by all"


def project_of_the_fixtures(folder: Path) -> Project:
    copy = copy_project(folder)
    copy.use_seeds(UPGRADES / "seeds")
    shutil.copytree(UPGRADES / "landing", copy.landing)
    return copy


def written_by(commit: str, warehouse: Path) -> None:
    """Replace the published warehouse by the one that a commit wrote."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    warehouse.write_bytes(gzip.decompress((UPGRADES / f"{commit}.duckdb.gz").read_bytes()))


def refresh_anew(project: Project) -> None:
    project_of_the_fixtures(project.folder)
    (project.landing / "events" / "new.csv").write_text(NEW_ROWS)
    project.refresh(AS_OF)


@pytest.fixture(scope="session")
def anew(once) -> Project:
    """The landing of the fixtures and one more row, built from scratch."""
    return once("anew", refresh_anew)


def doubled(warehouse: Path) -> None:
    """Change a warehouse of 90bee7c as e1b31dd did when it continued from it."""
    with duckdb.connect(str(warehouse)) as connection:
        there = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        for landed in (f"winback_internal.landed_{table}" for table in LANDING_TABLES if f"landed_{table}" in there):
            connection.execute(f"insert into {landed} select * replace (row_hash + 1 as row_hash, 3 as landed_in) from {landed}")


def of_other_columns(warehouse: Path) -> None:
    """Change the kept tables to those of a version that lacked one of our columns, and had one that we lack."""
    ledgers = {"winback.refreshes": "periods_restated", "winback.metric_history": "configuration_hash", "winback_internal.landed_files": "landed_in"}
    with duckdb.connect(str(warehouse)) as connection:
        for table, column in ledgers.items():
            connection.execute(f"alter table {table} drop column {column}; alter table {table} add column no_more integer")
        connection.execute("alter table winback_internal.landed_campaigns drop column starts_on")


@pytest.mark.parametrize(("commit", "changes"), [("e1b31dd", (doubled, of_other_columns)), ("90bee7c", ())])
def test_a_warehouse_of_an_earlier_version_is_gone_on_from(anew: Project, tmp_path: Path, commit: str, changes: tuple[Callable[[Path], None], ...]) -> None:
    project = project_of_the_fixtures(tmp_path)
    written_by(commit, project.warehouse)
    for change in changes:
        change(project.warehouse)
    before = project.query(HISTORY)
    (project.landing / "events" / "new.csv").write_text(NEW_ROWS)
    told = project.refresh(AS_OF).stderr
    assert "An earlier version has written this warehouse" in told
    assert sorted(project.query(LANDED)) == sorted(anew.query(LANDED))
    assert differences(project.warehouse, anew.warehouse) == []
    landed_in = "select landed_in, count(*) from winback_internal.landed_events group by landed_in order by landed_in"
    # One row less than the earlier versions kept: it had come twice, with different loading times.
    assert project.query(landed_in) == [(1, 29), (2, 7), (3, 1)]
    assert project.query(LOADED) == anew.query(LOADED)
    assert project.query("select refresh_id, periods_restated from winback.refreshes order by refresh_id desc limit 1") == [(3, 0)]
    assert project.query(HISTORY) == before
    assert project.query("select format from winback_internal.warehouse_format") == [(FORMAT,)]


@pytest.mark.builds
def test_what_cannot_be_gone_on_from_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    project = project_of_the_fixtures(tmp_path)
    warehouse = DuckDBFile(project.warehouse, project.landing)
    written_by("e1b31dd", project.warehouse)
    assert is_of_earlier_format(warehouse)
    told = materialise(project, "winback/fct_win_back")
    assert not told["success"] and "An earlier version has written this warehouse. Run the whole refresh first" in told["failure"]

    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute("create table winback_internal.warehouse_format as select 99 as format")
    before = project.warehouse.read_bytes()
    message = project.refused("refresh", "--as-of", AS_OF)
    assert f"A newer version of Winback wrote {project.warehouse} (format 99; this version knows up to {FORMAT}). Run that version" in message
    assert "move the warehouse away" in message and project.warehouse.read_bytes() == before

    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute("drop table winback_internal.warehouse_format; alter table winback_internal.landed_events rename row_hash to digest")
    with pytest.raises(WinbackError, match=r"cannot be continued: it lacks the format of its landed rows.*Move it away"):
        is_of_earlier_format(warehouse)

    project.warehouse.unlink()
    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute("create table precious as select 1 as x")
    with pytest.raises(WinbackError, match=r"has tables that no refresh has published.*Move the file away, or set WINBACK_WAREHOUSE to another one"):
        warehouse.check()
