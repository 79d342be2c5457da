"""Publishing on PostgreSQL in one step: what readers see, and what happens to refreshes that die. On the toy project."""

import shutil
import signal
import threading
import time
from pathlib import Path

import psycopg2
import pytest

from projects import GOLDEN_AS_OF, Project
from servers import ServedProject, Server, connect, make_older, served
from waiting import wait_for

# True only of a complete refresh: rows, stocks and states of the same run.
WHOLE = """
    select
        (select rows_rejected from winback.refreshes order by refresh_id desc limit 1) = (select count(*) from winback.rejected_rows),
        (select count(*) from winback.lifecycle_states where valid_to is null and state = 'active')
            = (select coalesce(sum(closing_active), 0) from winback.fct_lifecycle
                where period_grain = 'day' and segment = 'all' and period_start = (select max(as_of_date) from winback.dim_business)),
        (select count(*) from winback.lifecycle_states) = (select count(*) from winback.lifecycle_transitions)
"""
SCHEMAS = "select nspname from pg_namespace where nspname like 'winback%' order by 1"
HASHES = "select row_hash, landed_in from winback_internal.landed_events order by 1"
STATES = "select count(*) from winback.lifecycle_states"


@pytest.fixture(scope="session")
def published_on_postgres(server: Server, worker_id: str, published_toy: Project, tmp_path_factory: pytest.TempPathFactory) -> ServedProject:
    """The golden landing, published in this worker's database, which is kept as a template. (A project is parsed for one database.)"""
    database = f"toy_{worker_id}"
    server.make(database)
    project = served(published_toy.copied_to(tmp_path_factory.mktemp("postgres") / "toy"), server.environment(database))
    project.load()
    project.refresh()
    server.make(f"{database}_as_published", database)
    return project


@pytest.fixture
def on_postgres(server: Server, published_on_postgres: ServedProject, tmp_path: Path) -> ServedProject:
    """A private toy project in which the golden landing is published, for fault injection."""
    environment = published_on_postgres.environment
    server.make(environment["PGDATABASE"], f"{environment['PGDATABASE']}_as_published")
    return served(published_on_postgres.copied_to(tmp_path / "toy"), environment)


@pytest.fixture
def bare_on_postgres(server: Server, on_postgres: ServedProject) -> ServedProject:
    """The same with an empty database."""
    server.make(on_postgres.environment["PGDATABASE"])
    shutil.rmtree(on_postgres.landing)
    return on_postgres


def test_views_of_readers_survive_and_show_the_new_rows(on_postgres: ServedProject) -> None:
    on_postgres.query("create view public.open_states as select * from winback.lifecycle_states where valid_to is null")
    before = on_postgres.query("select count(*) from public.open_states")[0][0]
    on_postgres.load_more(1)
    result = on_postgres.refresh()
    assert on_postgres.query("select count(*) from public.open_states")[0][0] == before + 1
    assert "1 new rows, 1 customers recomputed" in result.stderr
    assert on_postgres.query(SCHEMAS) == [("winback",), ("winback_internal",)]


def test_rows_delivered_again_are_the_rows_that_were_there(on_postgres: ServedProject) -> None:
    """With a later loading time, which is kept; with an earlier one, which is not."""
    before = on_postgres.query(HASHES)
    on_postgres.query("insert into landing.events select * from landing.events; update landing.events set loaded_at = '2031-01-01T00:00:00Z' where event_id < 'e1'")
    assert "0 new rows, 0 customers recomputed" in on_postgres.refresh().stderr
    assert on_postgres.query(HASHES) == before
    later = "select count(*), min(event_id), max(event_id) from winback_internal.landed_events where loaded_at = '2031-01-01T00:00:00Z'"
    kept = on_postgres.query(later)
    assert kept[0][0] > 90 and kept[0][2] == "e099"
    on_postgres.query("insert into landing.events select * from landing.events where event_id < 'e1'")
    on_postgres.query("update landing.events set loaded_at = '2021-01-01T00:00:00Z' where event_id > 'e05'")
    on_postgres.refresh()
    assert on_postgres.query(later) == kept


def test_a_view_on_private_tables_is_told_and_goes_on_standing(on_postgres: ServedProject) -> None:
    on_postgres.query("create view public.curious as select * from winback_internal.int_transitions")
    warned = on_postgres.refresh().stderr
    assert "WARNING: curious depends on private tables" in warned
    assert on_postgres.query("select count(*) from public.curious")[0][0] > 0
    on_postgres.query("drop view public.curious")
    on_postgres.refresh()
    assert on_postgres.query(SCHEMAS) == [("winback",), ("winback_internal",)]


def test_a_transaction_sees_one_refresh_and_holds_the_next_one_back(on_postgres: ServedProject) -> None:
    reader = connect(on_postgres.environment)
    reader.autocommit = False
    cursor = reader.cursor()
    cursor.execute(STATES)
    before = cursor.fetchone()
    on_postgres.load_more(2)
    refreshing = on_postgres.start("refresh", "--as-of", GOLDEN_AS_OF)
    told: list[str] = []
    listener = threading.Thread(target=lambda: told.extend(iter(refreshing.stderr.readline, "")), daemon=True)
    listener.start()
    wait_for(lambda: any("Waiting for readers to end their transactions" in line for line in told))
    cursor.execute("select count(*) from winback.lifecycle_transitions")
    assert cursor.fetchone() == before
    reader.commit()
    assert refreshing.wait(timeout=120) == 0, told
    assert on_postgres.query(STATES) == [(before[0] + 1,)]
    reader.close()


def test_readers_who_never_let_go_stop_the_publishing_and_nothing_else(on_postgres: ServedProject) -> None:
    before = on_postgres.query(STATES)
    reader = connect(on_postgres.environment)
    reader.autocommit = False
    reader.cursor().execute(STATES)
    on_postgres.load_more(3)
    letting_go = threading.Timer(300, reader.close)  # Only if a refresh waits without end; it then publishes.
    letting_go.start()
    message = on_postgres.refused("refresh", "--as-of", GOLDEN_AS_OF, WINBACK_LOCK_TIMEOUT="1")
    letting_go.cancel()
    assert "readers have held the published ones for 1 s" in message and "Nothing was published" in message
    reader.rollback()
    reader.close()
    assert on_postgres.query(STATES) == before and on_postgres.query(SCHEMAS) == [("winback",), ("winback_internal",)]
    on_postgres.refresh()
    assert on_postgres.query(STATES) == [(before[0][0] + 1,)]


def test_a_refresh_killed_in_the_middle_leaves_the_last_good_tables_and_needs_no_repair(on_postgres: ServedProject) -> None:
    before = on_postgres.query(STATES)
    on_postgres.load_more(4)
    failures: list[object] = []
    stopped = threading.Event()

    def read() -> None:
        while not stopped.is_set():
            try:
                if (found := on_postgres.query(WHOLE)) != [(True, True, True)]:
                    failures.append(found)
            except psycopg2.Error as error:
                failures.append(error)
            time.sleep(0.05)

    reader = threading.Thread(target=read)
    reader.start()
    left_behind = "select count(*) from pg_class where relnamespace in (select oid from pg_namespace where nspname like 'winback_build%')"
    for _ in range(2):
        process = on_postgres.start("refresh", "--as-of", GOLDEN_AS_OF)
        wait_for(lambda: on_postgres.query("select 1 from pg_stat_activity where application_name like 'winback build%'"))
        process.send_signal(signal.SIGKILL)  # its child process dbt is left running
        process.communicate()
    assert on_postgres.query(left_behind)[0][0] > 0 and on_postgres.query(STATES) == before
    assert "Cleared away what the dead run" in on_postgres.refresh().stderr
    stopped.set()
    reader.join()
    assert failures == []
    assert on_postgres.query(STATES) == [(before[0][0] + 1,)]
    assert on_postgres.query(SCHEMAS) == [("winback",), ("winback_internal",)]


def test_the_second_of_two_refreshes_waits_and_says_for_whom(on_postgres: ServedProject) -> None:
    holder = connect(on_postgres.environment)
    holder.cursor().execute("set application_name = 'winback refresh abc'; select pg_advisory_lock(hashtext('winback refresh'), 0)")
    message = on_postgres.refused("refresh", "--as-of", GOLDEN_AS_OF, WINBACK_LOCK_TIMEOUT="1")
    holder.close()
    assert "Waiting for run abc (server process" in message and "Gave up after 1 s: run abc" in message


def test_a_failing_test_publishes_nothing(on_postgres: ServedProject) -> None:
    before = on_postgres.query(STATES)
    on_postgres.load_more(1, "fails a test")
    on_postgres.load_more(2, "breaks a rule")
    message = on_postgres.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert "Test never_holds failed: 1 rows are not as they must be." in message
    assert "lifecycle_states: a customer breaks a rule (1 row)." in message
    assert on_postgres.query(STATES) == before and on_postgres.query(SCHEMAS) == [("winback",), ("winback_internal",)]


def test_columns_that_changed_are_published_unless_somebody_stands_on_them(on_postgres: ServedProject) -> None:
    model = on_postgres.folder / "dbt_project" / "models" / "identity" / "dim_business.sql"
    assert "businesses.name," in model.read_text()
    model.write_text(model.read_text().replace("businesses.name,", "businesses.name as called,"))
    on_postgres.query("create view public.names as select name from winback.dim_business")
    message = on_postgres.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert "The columns of winback.dim_business have changed, and names depends on it." in message
    on_postgres.query("drop view public.names")
    landed = on_postgres.query(HASHES)
    make_older(on_postgres)
    on_postgres.refresh()
    assert on_postgres.query(HASHES) == landed
    assert len(on_postgres.query("select called from winback.dim_business")) == 4


def test_a_server_that_is_not_there(on_postgres: ServedProject) -> None:
    for command in (["refresh"], ["show"], ["land"]):
        message = on_postgres.refused(*command, PGHOST="/nowhere")
        assert "postgresql://postgres@/nowhere" in message and "does not answer" in message
    assert "WINBACK_TARGET is 'mysql'; use one of duckdb, postgres" in on_postgres.refused("refresh", WINBACK_TARGET="mysql")


def test_no_landing_table(bare_on_postgres: ServedProject) -> None:
    assert "No landing table 'events'" in bare_on_postgres.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert "Nothing is published at postgresql://" in bare_on_postgres.refused("show")


def test_landing_tables_may_have_types_of_their_own_and_gain_columns(bare_on_postgres: ServedProject) -> None:
    project = bare_on_postgres
    project.query(
        """
        create schema landing;
        create table landing.events (
            event_id bigint, business_id varchar(20), customer_id text, event_name text, occurred_at timestamptz, amount double precision,
            currency char(3), loaded_at timestamp
        );
        insert into landing.events values
            (1, 'shop', 'ann', 'order', '2025-01-10 12:00+02', 9.5, 'USD', '2025-01-11'),
            (2, 'shop', 'ann', 'order', '2025-03-01 12:00+00', 0.00001, 'USD', '2025-03-02'),
            (3, 'shop', 'ann', 'order', '2025-03-02 12:00+00', null, null, '2025-03-02'),
            (4, 'shop', '', 'order', null, 5, 'USD', '2025-03-02')
        """
    )
    assert "events: 4 rows landed, 3 stand, 0 superseded, 1 rejected (missing_customer_id 1)" in project.refresh().stderr
    landed = "select event_id, occurred_at, amount, loaded_at, row_hash from winback_internal.landed_events order by event_id"
    before = project.query(landed)
    assert [tuple(texts) for *texts, _ in before] == [
        ("1", "2025-01-10T10:00:00.000000Z", "9.500000000", "2025-01-11 00:00:00.000000"),
        ("2", "2025-03-01T12:00:00.000000Z", "0.000010000", "2025-03-02 00:00:00.000000"),
        ("3", "2025-03-02T12:00:00.000000Z", "", "2025-03-02 00:00:00.000000"),
        ("4", "", "5", "2025-03-02 00:00:00.000000"),
    ]
    project.query("alter table landing.events add column reason text; create table landing.customers (business_id text, customer_id text, country text)")
    for setting in ("datestyle to 'German'", "timezone to 'Asia/Tokyo'"):
        project.query(f"alter database {project.environment['PGDATABASE']} set {setting}")
    assert "0 new rows, 0 customers recomputed" in project.refresh().stderr
    assert "has landing tables of your own" in project.refused("demo") and not project.landing.exists()
    make_older(project)  # rows with nulls and empty texts are recognised all the same
    project.query("insert into landing.customers values ('shop', 'ann', 'IT')")
    assert "everything derived from scratch, 1 new rows, 1 customers recomputed" in project.refresh().stderr
    assert project.query(landed) == before
    assert project.query("select customer_id, country from winback_internal.landed_customers") == [("ann", "IT")]
