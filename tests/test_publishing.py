"""What a refresh guarantees on failures: no published data is lost, and nobody reads half of it. On the toy project."""

import json
import shutil
import signal
from pathlib import Path

import duckdb
import pytest
from dagster import DagsterRunStatus
from filelock import FileLock

from dagster_instance import instance_of, make_home
from projects import GOLDEN_AS_OF, Project
from waiting import wait_for, wait_for_line

STATES = "select * from winback.lifecycle_states order by all"


def test_a_failing_test_publishes_nothing_until_it_is_taken_out(toy: Project) -> None:
    before = toy.warehouse.read_bytes()
    toy.land_more(customer="fails a test")
    message = toy.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert "Test never_holds failed: 1 rows are not as they must be." in message
    assert "Nothing was published" in message
    assert toy.warehouse.read_bytes() == before and toy.builds() == []
    (toy.folder / "dbt_project" / "tests" / "never_holds.sql").unlink()
    toy.refresh()


def test_a_broken_rule_is_named_with_its_table_and_nothing_of_its_rows(toy: Project) -> None:
    toy.land_more(customer="breaks a rule")
    message = toy.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert "lifecycle_states: a customer breaks a rule (1 row).\nNothing was published" in message
    assert "are not as they must be" not in message


def test_a_failing_model_publishes_nothing(toy: Project) -> None:
    before = toy.warehouse.read_bytes()
    toy.land_more(customer="fails a model")
    assert "Model int_numbers: " in toy.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert toy.warehouse.read_bytes() == before and toy.builds() == []


BREAK_HOME = """
import os

home = Path(os.environ["DAGSTER_HOME"])
if home.exists():  # The recorder makes it, and may not have come to that.
    home.rename(home.with_name("moved away"))
home.write_text("a file in its place")
"""


def test_nothing_that_comes_after_publishing_fails_what_is_published(toy: Project) -> None:
    """Unreadable figures; then, while the report is drawn, unusable Dagster files."""
    shown = toy.folder / "orchestration" / "summary.py"
    shown.write_text(shown.read_text().replace("from winback.dim_business", "from winback.no_such_table"))
    drawn = toy.folder / "orchestration" / "report" / "__init__.py"
    drawn.write_text(drawn.read_text().replace("    with warehouse.reader() as reader:\n", BREAK_HOME.replace("\n", "\n    ") + "\n    with warehouse.reader() as reader:\n"))
    done = toy.recorded().refresh("2025-07-01")
    assert "WARNING: the tables are published, but their figures could not be read: " in done.stderr
    assert "WARNING: the tables are published, but the report could not be drawn: " in done.stderr
    assert "WARNING: this refresh could not be recorded in Dagster. Dagster's home" in done.stderr
    assert "Traceback" not in done.stderr
    assert toy.query("select max(as_of_date)::varchar from winback.refreshes") == [("2025-07-01",)]


def test_readers_of_the_old_file_go_on_reading_it(toy: Project) -> None:
    with duckdb.connect(str(toy.warehouse), read_only=True) as reader:
        before = reader.execute(STATES).fetchall()
        toy.land_more()
        result = toy.refresh()
        assert reader.execute(STATES).fetchall() == before
    after = len(toy.query(STATES))
    assert after == len(before) + 1
    assert f"Warehouse: {toy.warehouse}" in result.stderr and f"lifecycle_states {after}" in result.stderr


def test_the_second_of_two_refreshes_waits_and_says_for_whom(toy: Project) -> None:
    toy.land_more()
    first = toy.start("refresh", "--as-of", GOLDEN_AS_OF)
    wait_for(toy.builds)
    first.send_signal(signal.SIGSTOP)
    second = toy.start("refresh", "--as-of", GOLDEN_AS_OF)
    said = wait_for_line("Waiting for run", second)
    first.send_signal(signal.SIGCONT)
    first.communicate(timeout=300)
    _, rest = second.communicate(timeout=300)
    assert first.returncode == 0 and second.returncode == 0, rest
    assert f"(process {first.pid}, since" in said
    assert "Nothing new in landing, configuration and code" in rest


def test_waiting_has_an_end(toy: Project) -> None:
    with FileLock(toy.warehouse.with_name("warehouse.duckdb.lock")):
        toy.warehouse.with_name("warehouse.duckdb.holder").write_text(json.dumps({"run_id": "abc", "process": 7, "since": "noon"}))
        message = toy.refused("refresh", "--as-of", GOLDEN_AS_OF, WINBACK_LOCK_TIMEOUT="1")
    assert "Gave up after 1 s: run abc (process 7, since noon) is still refreshing" in message


def test_a_killed_refresh_needs_no_repair(toy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits for the lock, and one that builds."""
    before = toy.query(STATES)
    toy.land_more()
    with FileLock(toy.warehouse.with_name("warehouse.duckdb.lock")):
        waiting = toy.start("refresh", "--as-of", GOLDEN_AS_OF)
        wait_for_line("Waiting for", waiting)
        waiting.kill()
        waiting.communicate()
    toy.land_more(2, customer="never ends")
    make_home(toy)
    process = toy.recorded().start("refresh", "--as-of", GOLDEN_AS_OF)
    wait_for(toy.builds)
    process.kill()
    process.communicate()
    assert toy.query(STATES) == before
    with instance_of(toy, monkeypatch) as instance:
        wait_for(lambda: [run.status for run in instance.get_runs()] == [DagsterRunStatus.FAILURE])  # its recorder outlives it
        (toy.landing / "events" / "2.csv").unlink()
        assert "Cleared away what the dead run" in toy.refresh().stderr
        assert [run.status for run in instance.get_runs()] == [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE]
    assert toy.builds() == [] and len(toy.query(STATES)) == len(before) + 1


def test_a_stray_write_ahead_log_is_refused(toy: Project) -> None:
    stray = toy.warehouse.with_name("warehouse.duckdb.wal")
    stray.write_bytes(b"left by someone who died")
    assert f"{stray} is beside the published warehouse" in toy.refused("refresh", "--as-of", GOLDEN_AS_OF)


def test_a_published_file_that_is_no_database(toy: Project) -> None:
    toy.warehouse.write_text("not a database")
    assert "is not a DuckDB database" in toy.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert toy.warehouse.read_text() == "not a database"


def test_reserved_names_are_refused(bare_toy: Project) -> None:
    for stem in ("winback", "winback_internal", "Winback", "main"):
        message = bare_toy.refused("refresh", WINBACK_WAREHOUSE=str(bare_toy.folder / f"{stem}.duckdb"))
        assert f"could not tell the file's catalog '{stem}' from a schema of that name" in message
    assert "Nothing is published at" in bare_toy.refused("show")


def test_a_file_that_is_restored_under_another_name_is_read_and_refreshed(toy: Project) -> None:
    restored = toy.folder / "it's 🎉" / "what's left.2025.db"
    restored.parent.mkdir()
    toy.warehouse.rename(restored)
    toy.warehouse = restored
    views = toy.query("select schema_name || '.' || view_name from duckdb_views() where not internal")
    for (view,) in views:
        toy.query(f"select * from {view} limit 1")
    before = toy.query(STATES)
    toy.landing = toy.landing.rename(toy.folder / "it's 🎉" / "landing")
    toy.land_more()
    assert "in which 1 files are new" in toy.refresh().stderr
    assert views and len(toy.query(STATES)) == len(before) + 1 and toy.query("select count(*) from winback.metric_restatements") != [(0,)]


def test_the_views_of_the_whole_project_are_read_in_a_file_of_any_name(golden: Project, tmp_path: Path) -> None:
    restored = shutil.copyfile(golden.warehouse, tmp_path / "what's left.2025.db")
    with duckdb.connect(str(restored), read_only=True) as connection:
        views = connection.execute("select schema_name || '.' || view_name from duckdb_views() where not internal").fetchall()
        assert len(views) > 10
        for (view,) in views:
            connection.execute(f"select * from {view} limit 1")


def test_a_full_refresh_keeps_what_landed_and_the_ledgers_and_nothing_else(toy: Project) -> None:
    with duckdb.connect(str(toy.warehouse)) as connection:
        connection.execute("create table winback.scribble as select 1 as x")
    before = toy.query(STATES)
    (toy.landing / "events.csv").write_text((toy.landing / "events.csv").read_text().splitlines()[0] + "\n")
    toy.refresh(GOLDEN_AS_OF, "--full")
    assert toy.query("select count(*) from duckdb_tables() where table_name = 'scribble'") == [(0,)]
    assert toy.query(STATES) == before
    ((*first, of_first), (*second, of_second)) = toy.query("select refresh_id, is_rebuild, customers_recomputed from winback.refreshes order by 1")
    assert (first, second) == ([1, True], [2, True]) and of_first == of_second >= len(before)
    assert toy.query("select distinct refresh_id from winback.metric_history") == [(1,)]


def test_a_published_file_that_was_deleted_is_built_from_the_landing(toy: Project) -> None:
    before = toy.query(STATES)
    toy.warehouse.unlink()
    assert f"Nothing is published yet at {toy.warehouse}: building it from the landing." in toy.refresh().stderr
    assert toy.query(STATES) == before
