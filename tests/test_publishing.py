"""What a refresh promises when things go wrong: nothing published is lost, nobody reads half of anything."""

import json
import time
from pathlib import Path

import duckdb
from filelock import FileLock

from conftest import GOLDEN_AS_OF, Project

STATES = "select * from winback.lifecycle_states order by all"


def builds(project: Project) -> list[Path]:
    folder = project.warehouse.parent / "build" / project.warehouse.stem
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


def test_figures_that_cannot_be_read_fail_nothing_that_is_published(published: Project) -> None:
    shown = published.folder / "orchestration" / "metadata.py"
    shown.write_text(shown.read_text().replace("from winback.fct_lifecycle", "from winback.no_such_table"))
    done = published.refresh("2025-07-01")
    assert "WARNING: the tables are published, but their figures could not be read: " in done.stderr and "Report: " in done.stderr
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


def test_a_killed_refresh_needs_no_repair(published: Project) -> None:
    before = published.query(STATES)
    land_more(published)
    process = published.start("refresh", "--as-of", GOLDEN_AS_OF)
    deadline = time.monotonic() + 120
    while not builds(published) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert builds(published), "killed before it had begun"
    assert published.query(STATES) == before
    assert "Cleared away what the dead run" in published.refresh().stderr
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


def test_warehouses_of_two_names_stand_beside_each_other(published: Project) -> None:
    other = published.warehouse.with_name("another_name.duckdb")
    assert published.winback("refresh", "--as-of", GOLDEN_AS_OF, WINBACK_WAREHOUSE=str(other)).returncode == 0
    with duckdb.connect(str(other), read_only=True) as connection:
        assert connection.execute(STATES).fetchall() == published.query(STATES)
        assert connection.execute("select count(*) from winback.metric_restatements").fetchall() == [(0,)]


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
