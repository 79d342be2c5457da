"""The same tables on PostgreSQL, published in one step: what readers see, and what becomes of refreshes that die."""

import shutil
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy
from sqlalchemy.pool import NullPool

from asking import OFFLINE, ask, same, tool
from dashboards import charts
from histories import AS_OF, drawn, drawn_arrivals, write_night
from orchestration.sample import SAMPLE_AS_OF
from projects import GOLDEN, GOLDEN_AS_OF, Project, copy_project
from servers import ServedProject, Server, connect, land_more, make_older, served, wait_for
from told import Told, instance_of
from warehouses import differences

# What only a whole refresh makes true: rows, stocks and states of one and the same run.
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


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def on_postgres(server: Server, tmp_path_factory: pytest.TempPathFactory) -> ServedProject:
    """The golden landing, published on PostgreSQL; tests go on from it, one after the other."""
    project = served(tmp_path_factory.mktemp("postgres"), server.database())
    project.use_seeds(GOLDEN)
    shutil.copytree(GOLDEN / "landing", project.landing)
    project.load()
    project.refresh()
    return project


def test_the_golden_landing_gives_the_same_tables(on_postgres: ServedProject, golden: Project, tmp_path: Path) -> None:
    found = on_postgres.as_file(tmp_path / "postgres.duckdb", golden.warehouse)
    assert differences(found, golden.warehouse) == []
    shown = on_postgres.winback("show")
    assert shown.stdout == golden.winback("show").stdout and shown.returncode == 0


@pytest.mark.parametrize("table", ["fct_win_back", "fct_lifecycle", "rejected_rows", "metric_restatements"])
def test_dagster_is_told_the_same_figures(on_postgres: ServedProject, golden: Project, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    told = []
    for project in (on_postgres, golden):
        with instance_of(project, monkeypatch) as instance:
            told.append({label: value for label, value in Told(instance).of(table).items() if label not in ("Execution Duration", "invocation_id", "plot")})
    assert told[0] == told[1] and len(told[0]) > 4


def test_every_public_column_is_described_in_the_database(on_postgres: ServedProject) -> None:
    undescribed = """
        select table_name, column_name from information_schema.columns
        where table_schema = 'winback' and col_description(format('%I.%I', table_schema, table_name)::regclass, ordinal_position) is null
    """
    assert on_postgres.query(undescribed) == []
    assert on_postgres.query("select obj_description('winback.fct_win_back'::regclass)")[0][0]


def test_the_dashboard_asks_as_a_role_that_cannot_write(on_postgres: ServedProject) -> None:
    # As in docs/bi.md.
    on_postgres.query("""
        create role superset login password 'secret';
        grant usage on schema winback to superset;
        grant select on all tables in schema winback to superset
    """)
    where = {"host": on_postgres.environment["PGHOST"], "port": on_postgres.environment["PGPORT"]}
    uri = sqlalchemy.URL.create("postgresql+psycopg2", "superset", "secret", database=on_postgres.environment["PGDATABASE"], query=where)
    with sqlalchemy.create_engine(uri, poolclass=NullPool).connect() as reader:
        asked = {chart.name: reader.execute(sqlalchemy.text(chart.question({"business_id": "shop", "period_grain": "month", "segment": "all"}))).all() for chart in charts()}
        assert sum(1 for rows in asked.values() if rows) == len(charts()) - 2
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="permission denied"):
            reader.execute(sqlalchemy.text("delete from winback.lifecycle_states"))


def test_metricflow_answers_with_the_published_figures(on_postgres: ServedProject) -> None:
    asking = replace(on_postgres, environment=on_postgres.environment | OFFLINE)
    parsed = tool(asking, "dbt", "parse", "--vars", "{build_schema: winback_internal}")
    assert parsed.returncode == 0, parsed.stdout
    found = {(row["metric_time__quarter"][:10], row["business"]): row["win_back_rate"] for row in ask(asking, ["win_back_rate"], "metric_time__quarter,business")}
    table = on_postgres.query("select period_start, business_id, win_back_rate from winback.fct_win_back where period_grain = 'quarter' and segment = 'all'")
    assert len(found) == len(table) and all(same(found[str(start), business], rate) for start, business, rate in table)


def test_views_of_readers_survive_and_show_the_new_rows(on_postgres: ServedProject) -> None:
    on_postgres.query("create view public.open_states as select * from winback.lifecycle_states where valid_to is null")
    before = on_postgres.query("select count(*) from public.open_states")[0][0]
    land_more(on_postgres, 1)
    result = on_postgres.refresh()
    assert on_postgres.query("select count(*) from public.open_states")[0][0] == before + 1
    assert "1 new rows, 1 customers recomputed" in result.stderr
    assert on_postgres.query(SCHEMAS) == [("winback",), ("winback_internal",)]


def test_a_view_on_private_tables_is_told_and_goes_on_standing(on_postgres: ServedProject) -> None:
    on_postgres.query("create view public.curious as select * from winback_internal.int_transitions")
    warned = on_postgres.refresh().stderr
    assert "WARNING: curious stands on private tables" in warned
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
    land_more(on_postgres, 2)
    refreshing = on_postgres.start("refresh", "--as-of", GOLDEN_AS_OF)
    told: list[str] = []
    listener = threading.Thread(target=lambda: told.extend(iter(refreshing.stderr.readline, "")), daemon=True)
    listener.start()
    wait_for(lambda: any("Waiting for readers to end their transactions" in line for line in told), 300)
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
    land_more(on_postgres, 3)
    message = on_postgres.refused("refresh", "--as-of", GOLDEN_AS_OF, WINBACK_LOCK_TIMEOUT="1")
    assert "readers have held the published ones for 1 s" in message and "Nothing was published" in message
    reader.rollback()
    reader.close()
    assert on_postgres.query(STATES) == before and on_postgres.query(SCHEMAS) == [("winback",), ("winback_internal",)]
    on_postgres.refresh()
    assert on_postgres.query(STATES) == [(before[0][0] + 1,)]


def test_a_refresh_killed_in_the_middle_leaves_the_last_good_tables_and_needs_no_repair(on_postgres: ServedProject) -> None:
    before = on_postgres.query(STATES)
    land_more(on_postgres, 4)
    failures: list[object] = []
    stopped = threading.Event()

    def read() -> None:
        while not stopped.is_set():
            try:
                if (found := on_postgres.query(WHOLE)) != [(True, True, True)]:
                    failures.append(found)
            except psycopg2.Error as error:
                failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    left_behind = "select count(*) from pg_class where relnamespace in (select oid from pg_namespace where nspname like 'winback_build%')"
    for _ in range(2):
        process = on_postgres.start("refresh", "--as-of", GOLDEN_AS_OF)
        wait_for(lambda: on_postgres.query("select 1 from pg_stat_activity where application_name like 'winback build%'"), 300)
        process.send_signal(signal.SIGKILL)  # dbt, its child, is left behind
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
    failing = on_postgres.folder / "dbt_project" / "tests" / "never_holds.sql"
    failing.write_text("select 1 as wrong from {{ ref('fct_win_back') }} limit 1")
    assert "Test never_holds failed: 1 rows are not as they must be." in on_postgres.refused("refresh", "--as-of", GOLDEN_AS_OF)
    failing.unlink()
    assert on_postgres.query(STATES) == before and on_postgres.query(SCHEMAS) == [("winback",), ("winback_internal",)]


def test_columns_that_changed_are_published_unless_somebody_stands_on_them(on_postgres: ServedProject) -> None:
    model = on_postgres.folder / "dbt_project" / "models" / "staging" / "dim_business.sql"
    contract = model.with_suffix(".yml")
    kept = model.read_text(), contract.read_text()
    model.write_text(kept[0].replace("businesses.name", "businesses.name as called"))
    contract.write_text(kept[1].replace("{name: name,", "{name: called,"))
    assert model.read_text() != kept[0] and contract.read_text() != kept[1]
    on_postgres.query("create view public.names as select name from winback.dim_business")
    message = on_postgres.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert "The columns of winback.dim_business have changed, and names stands on it." in message
    on_postgres.query("drop view public.names")
    landed = on_postgres.query(HASHES)
    make_older(on_postgres)
    on_postgres.refresh()
    assert on_postgres.query(HASHES) == landed
    assert len(on_postgres.query("select called from winback.dim_business")) == 4
    model.write_text(kept[0])
    contract.write_text(kept[1])


def test_a_server_that_is_not_there(on_postgres: ServedProject) -> None:
    for command in (["refresh"], ["show"], ["land"]):
        message = on_postgres.refused(*command, PGHOST="/nowhere")
        assert "postgresql://postgres@/nowhere" in message and "does not answer" in message
    assert "WINBACK_TARGET is 'mysql'; use one of duckdb, postgres" in on_postgres.refused("refresh", WINBACK_TARGET="mysql")


def test_no_landing_table(server: Server, tmp_path: Path) -> None:
    project = served(tmp_path / "project", server.database())
    project.use_seeds(GOLDEN)
    assert "No landing table 'events'" in project.refused("refresh", "--as-of", GOLDEN_AS_OF)
    assert "Nothing is published at postgresql://" in project.refused("show")


def test_landing_tables_may_have_types_of_their_own_and_gain_columns(server: Server, tmp_path: Path) -> None:
    project = served(tmp_path / "project", server.database())
    project.use_seeds(GOLDEN)
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
    states = "select customer_id, state, valid_from::text from winback.lifecycle_states order by valid_from"
    before = project.query(states)
    assert before[0] == ("ann", "active", "2025-01-10")
    project.query("alter table landing.events add column reason text; create table landing.customers (business_id text, customer_id text, country text)")
    for setting in ("datestyle to 'German'", "timezone to 'Asia/Tokyo'"):
        project.query(f"alter database {project.environment['PGDATABASE']} set {setting}")
    assert "0 new rows, 0 customers recomputed" in project.refresh().stderr
    assert "has landing tables of your own" in project.refused("demo") and not project.landing.exists()
    make_older(project)  # rows with nulls and empty texts are known all the same
    project.query("insert into landing.customers values ('shop', 'ann', 'IT')")
    assert "everything derived anew, 1 new rows, 1 customers recomputed" in project.refresh().stderr
    assert project.query(states) == before
    assert project.query("select distinct segment, segment_value from winback.fct_lifecycle order by 1") == [("all", "all"), ("country", "IT")]


def test_nights_on_postgres_end_as_one_full_build_on_duckdb(server: Server, tmp_path: Path) -> None:
    on_postgres = served(tmp_path / "postgres", server.database())
    on_postgres.limit_segment_values(1)
    arriving = drawn_arrivals(drawn(30, 5), 2, 5)
    for night, as_of in enumerate((AS_OF - timedelta(days=11), AS_OF)):
        write_night(arriving, night, on_postgres.landing, on_postgres.folder / "seeds")
        on_postgres.load()
        on_postgres.refresh(as_of.isoformat())
    assert on_postgres.query("select is_rebuild from winback.refreshes order by refresh_id") == [(True,), (False,)]
    on_duckdb = Project(on_postgres.folder, on_postgres.landing, tmp_path / "duckdb" / "warehouse.duckdb")
    on_duckdb.refresh(AS_OF.isoformat())
    found = on_postgres.as_file(tmp_path / "found.duckdb", on_duckdb.warehouse)
    assert differences(found, on_duckdb.warehouse, ignore=("row_text",)) == []


def test_the_sample_gives_the_same_tables(server: Server, tmp_path: Path) -> None:
    on_duckdb = copy_project(tmp_path / "duckdb")
    assert on_duckdb.winback("demo").returncode == 0
    on_postgres = served(tmp_path / "postgres", server.database())
    shutil.copytree(on_duckdb.landing, on_postgres.landing)
    on_postgres.load()
    on_postgres.refresh(SAMPLE_AS_OF.isoformat())
    found = on_postgres.as_file(tmp_path / "found.duckdb", on_duckdb.warehouse)
    assert differences(found, on_duckdb.warehouse, ignore=("row_text",)) == []
