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


def test_the_same_refresh_again_gives_the_same_tables(published: Project) -> None:
    before = published.query(STATES)
    result = published.refresh()
    assert published.query(STATES) == before
    assert f"Warehouse: {published.warehouse}" in result.stderr and "lifecycle_states 142" in result.stderr


def test_readers_of_the_old_file_go_on_reading_it(published: Project) -> None:
    with duckdb.connect(str(published.warehouse), read_only=True) as reader:
        before = reader.execute(STATES).fetchall()
        (published.landing / "events.csv").write_text("\n".join((published.landing / "events.csv").read_text().splitlines()[:20]) + "\n")
        published.refresh()
        assert reader.execute(STATES).fetchall() == before
    assert published.query(STATES) != before


def test_the_second_of_two_refreshes_waits_and_says_for_whom(published: Project) -> None:
    first = published.start("refresh", "--as-of", GOLDEN_AS_OF)
    holder = published.warehouse.with_name("warehouse.duckdb.holder")
    deadline = time.monotonic() + 120
    while not holder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    second = published.winback("refresh", "--as-of", GOLDEN_AS_OF)
    first.communicate(timeout=300)
    assert first.returncode == 0 and second.returncode == 0, second.stderr
    assert f"(process {first.pid}, since" in second.stderr and "Waiting for run" in second.stderr


def test_waiting_has_an_end(published: Project) -> None:
    with FileLock(published.warehouse.with_name("warehouse.duckdb.lock")):
        published.warehouse.with_name("warehouse.duckdb.holder").write_text(json.dumps({"run_id": "abc", "process": 7, "since": "noon"}))
        message = published.refused("refresh", "--as-of", GOLDEN_AS_OF, WINBACK_LOCK_TIMEOUT="1")
    assert "Gave up after 1 s: run abc (process 7, since noon) is still refreshing" in message


def test_a_killed_refresh_needs_no_repair(published: Project) -> None:
    before = published.query(STATES)
    process = published.start("refresh", "--as-of", GOLDEN_AS_OF)
    deadline = time.monotonic() + 120
    while not builds(published) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert builds(published), "killed before it had begun"
    assert published.query(STATES) == before
    assert "Cleared away what the dead run" in published.refresh().stderr
    assert builds(published) == [] and published.query(STATES) == before


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


def test_a_full_refresh_starts_from_an_empty_file(published: Project) -> None:
    with duckdb.connect(str(published.warehouse)) as connection:
        connection.execute("create table winback.scribble as select 1 as x")
    published.refresh()
    assert published.query("select count(*) from duckdb_tables() where table_name = 'scribble'") == [(1,)]
    published.refresh(GOLDEN_AS_OF, "--full")
    assert published.query("select count(*) from duckdb_tables() where table_name = 'scribble'") == [(0,)]
