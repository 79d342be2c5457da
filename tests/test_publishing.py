"""What a refresh promises when things go wrong: nothing published is lost, nobody reads half of anything."""

import json
import time
from pathlib import Path

import duckdb
import pytest
from dagster import DagsterRunStatus
from filelock import FileLock

from projects import GOLDEN_AS_OF, Project
from told import instance_of

STATES = "select * from winback.lifecycle_states order by all"


def builds(project: Project) -> list[Path]:
    folder = project.warehouse.parent / "build" / project.warehouse.name
    return list(folder.iterdir()) if folder.is_dir() else []


def land_more(project: Project, number: int = 1) -> None:
    """One more file of events, so that a refresh has something to do."""
    row = f"more{number},shop,more{number},order,2025-06-{number:02}T10:00:00Z,5,USD,,,2025-06-{number:02}T11:00:00Z"
    (project.landing / "events").mkdir(exist_ok=True)
    (project.landing / "events" / f"{number}.csv").write_text((project.landing / "events.csv").read_text().splitlines()[0] + "\n" + row + "\n")


def add_model(project: Project, name: str, sql: str) -> None:
    (project.folder / "dbt_project" / "models" / "metrics" / f"{name}.sql").write_text(sql)


def add_test(project: Project, name: str, sql: str) -> None:
    (project.folder / "dbt_project" / "tests" / f"{name}.sql").write_text(sql)


def test_a_failing_test_publishes_nothing(published: Project) -> None:
    before = published.warehouse.read_bytes()
    add_test(published, "never_holds", "select 1 as wrong from {{ ref('fct_win_back') }} limit 1")
    message = published.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert "Test never_holds failed: 1 rows are not as they must be." in message
    assert "Nothing was published" in message
    assert published.warehouse.read_bytes() == before and builds(published) == []
    assert len(published.query(STATES)) == 142


def test_a_failing_model_publishes_nothing(published: Project) -> None:
    before = published.warehouse.read_bytes()
    add_model(published, "int_broken", "select 1 / no_such_column as x from {{ ref('int_transitions') }}")
    assert "Model int_broken" in published.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert published.warehouse.read_bytes() == before and builds(published) == []


BREAK_HOME = """
import os

for database in Path(os.environ["DAGSTER_HOME"]).rglob("*.db"):
    database.write_bytes(b"broken " * 1000)
"""


def test_nothing_that_comes_after_publishing_fails_what_is_published(published: Project) -> None:
    """Figures that cannot be read; then, as the report is drawn, Dagster's own files."""
    shown = published.folder / "orchestration" / "metadata.py"
    shown.write_text(shown.read_text().replace("from winback.fct_lifecycle", "from winback.no_such_table"))
    drawn = published.folder / "orchestration" / "report" / "__init__.py"
    drawn.write_text(drawn.read_text().replace("    with warehouse.reader() as reader:\n", BREAK_HOME.replace("\n", "\n    ") + "\n    with warehouse.reader() as reader:\n"))
    done = published.refresh("2025-07-01")
    assert "WARNING: the tables are published, but their figures could not be read: " in done.stderr and "Report: " in done.stderr
    assert "WARNING: the tables are published, but the run that published them could not be recorded to its end. Dagster's home" in done.stderr
    assert "Traceback" not in done.stderr
    assert published.query("select max(as_of_date)::varchar from winback.refreshes") == [("2025-07-01",)]


def test_readers_of_the_old_file_go_on_reading_it(published: Project) -> None:
    with duckdb.connect(str(published.warehouse), read_only=True) as reader:
        before = reader.execute(STATES).fetchall()
        land_more(published)
        result = published.refresh()
        assert reader.execute(STATES).fetchall() == before
    assert len(published.query(STATES)) == 143
    assert f"Warehouse: {published.warehouse}" in result.stderr and "lifecycle_states 143" in result.stderr


def test_the_second_of_two_refreshes_waits_and_says_for_whom(published: Project) -> None:
    land_more(published)
    first = published.start("refresh", "--as-of", GOLDEN_AS_OF)
    holder = published.warehouse.with_name("warehouse.duckdb.holder")
    deadline = time.monotonic() + 120
    while not holder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    second = published.winback("refresh", "--as-of", GOLDEN_AS_OF)
    first.communicate(timeout=300)
    assert first.returncode == 0 and second.returncode == 0, second.stderr
    assert f"(process {first.pid}, since" in second.stderr and "Waiting for run" in second.stderr
    assert "Nothing new in landing, configuration and code" in second.stderr


def test_waiting_has_an_end(published: Project) -> None:
    with FileLock(published.warehouse.with_name("warehouse.duckdb.lock")):
        published.warehouse.with_name("warehouse.duckdb.holder").write_text(json.dumps({"run_id": "abc", "process": 7, "since": "noon"}))
        message = published.refused("refresh", "--as-of", GOLDEN_AS_OF, WINBACK_LOCK_TIMEOUT="1")
    assert "Gave up after 1 s: run abc (process 7, since noon) is still refreshing" in message


def test_a_killed_refresh_needs_no_repair(published: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits for the lock, and one that builds."""
    before = published.query(STATES)
    land_more(published)
    with FileLock(published.warehouse.with_name("warehouse.duckdb.lock")):
        waiting = published.start("refresh", "--as-of", GOLDEN_AS_OF)
        while "Waiting for" not in waiting.stderr.readline():
            assert waiting.poll() is None
        waiting.kill()
        waiting.communicate()
    process = published.start("refresh", "--as-of", GOLDEN_AS_OF)
    deadline = time.monotonic() + 120
    while not builds(published) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    _, err = process.communicate()
    assert builds(published), "killed before it had begun"
    assert err.count("was killed; Dagster now counts it as failed.") == 1
    assert published.query(STATES) == before
    with instance_of(published, monkeypatch) as instance:
        assert [run.status for run in instance.get_runs(limit=2)] == [DagsterRunStatus.STARTED, DagsterRunStatus.FAILURE]
    assert "Cleared away what the dead run" in published.refresh().stderr
    with instance_of(published, monkeypatch) as instance:
        assert [run.status for run in instance.get_runs(limit=2)] == [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE]
    assert builds(published) == [] and len(published.query(STATES)) == len(before) + 1


def test_a_stray_write_ahead_log_is_refused(published: Project) -> None:
    stray = published.warehouse.with_name("warehouse.duckdb.wal")
    stray.write_bytes(b"left by someone who died")
    assert f"{stray} lies beside the published warehouse" in published.refused("refresh", "--as-of", GOLDEN_AS_OF)


def test_a_published_file_that_is_no_database(published: Project) -> None:
    published.warehouse.write_text("not a database")
    assert "is no DuckDB database" in published.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert published.warehouse.read_text() == "not a database"


def test_reserved_names_are_refused(project: Project) -> None:
    for stem in ("winback", "winback_internal", "Winback", "main"):
        message = project.refused("refresh", WINBACK_WAREHOUSE=str(project.folder / f"{stem}.duckdb"))
        assert f"could not tell the file's catalog '{stem}' from a schema of that name" in message
    assert "Nothing is published at" in project.refused("show")


def test_a_file_that_is_restored_under_another_name_is_read_and_refreshed(published: Project) -> None:
    restored = published.folder / "it's 🎉" / "what's left.2025.db"
    restored.parent.mkdir()
    published.warehouse.rename(restored)
    published.warehouse = restored
    views = published.query("select schema_name || '.' || view_name from duckdb_views() where not internal")
    for (view,) in views:
        published.query(f"select * from {view} limit 1")
    before = published.query(STATES)
    published.landing = published.landing.rename(published.folder / "it's 🎉" / "landing")
    land_more(published)
    assert "in which 1 files are new" in published.refresh().stderr
    assert views and len(published.query(STATES)) == len(before) + 1 and published.query("select count(*) from winback.metric_restatements") != [(0,)]


def test_a_full_refresh_keeps_what_landed_and_the_ledgers_and_nothing_else(published: Project) -> None:
    with duckdb.connect(str(published.warehouse)) as connection:
        connection.execute("create table winback.scribble as select 1 as x")
    before = published.query(STATES)
    (published.landing / "events.csv").write_text((published.landing / "events.csv").read_text().splitlines()[0] + "\n")
    published.refresh(GOLDEN_AS_OF, "--full")
    assert published.query("select count(*) from duckdb_tables() where table_name = 'scribble'") == [(0,)]
    assert published.query(STATES) == before
    assert published.query("select refresh_id, is_rebuild, customers_recomputed from winback.refreshes order by 1") == [(1, True, 42), (2, True, 42)]
    assert published.query("select distinct refresh_id from winback.metric_history") == [(1,)]


def test_a_published_file_that_was_deleted_is_built_from_the_landing(published: Project) -> None:
    before = published.query(STATES)
    published.warehouse.unlink()
    assert f"Nothing to go on from at {published.warehouse}: building it from the landing." in published.refresh().stderr
    assert published.query(STATES) == before
