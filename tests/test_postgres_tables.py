"""The tables and their descriptions are the same on PostgreSQL as on DuckDB, with the whole project."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy
from filelock import FileLock
from sqlalchemy.pool import NullPool

from asking import OFFLINE, ask, same, tool
from dagster_instance import Told, instance_of
from dashboards import charts
from histories import AS_OF, drawn, drawn_arrivals, write_night
from orchestration.sample import SAMPLE_AS_OF
from projects import GOLDEN, Project, copy_project
from servers import ServedProject, Server, served
from warehouses import differences


@pytest.fixture(scope="session")
def on_postgres(server: Server, shared: Path) -> ServedProject:
    """The golden landing, published on PostgreSQL; read it, do not change it."""
    project = served(Project.at(shared / "golden_on_postgres"), server.environment("golden")).recorded()
    with FileLock(shared / "golden_on_postgres.lock"):
        if not server.has("golden_is_published"):
            server.make("golden")
            shutil.rmtree(project.folder, ignore_errors=True)
            copy_project(project.folder).use_seeds(GOLDEN)
            shutil.copytree(GOLDEN / "landing", project.landing)
            project.load()
            project.refresh()
            server.make("golden_is_published")
    return project


def test_the_golden_landing_gives_the_same_tables(on_postgres: ServedProject, golden: Project, tmp_path: Path) -> None:
    found = on_postgres.as_file(tmp_path / "postgres.duckdb", golden.warehouse)
    assert differences(found, golden.warehouse) == []
    for command in (["show"], ["explain", "--business", "saas", "--customer", "two_contracts"], ["explain", "--business", "shop", "--customer", "merge_a"]):
        shown = on_postgres.winback(*command)
        assert shown.stdout == golden.winback(*command).stdout and shown.returncode == 0


def test_the_checks_say_the_same(on_postgres: ServedProject, golden: Project) -> None:
    warnings = [sorted(line for line in project.told.splitlines() if line.startswith("WARNING: ")) for project in (on_postgres, golden)]
    assert warnings[0] == warnings[1] and any("leaves out" in warning for warning in warnings[0])
    assert not any("could not be checked" in warning for warning in warnings[0])


@pytest.mark.parametrize("table", ["fct_win_back", "fct_lifecycle", "rejected_rows", "dropped_values", "unmapped_values", "metric_restatements"])
def test_dagster_is_told_the_same_figures(on_postgres: ServedProject, golden: Project, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    told = []
    for project in (on_postgres, golden):
        with instance_of(project, monkeypatch) as instance:
            told.append({label: value for label, value in Told(instance).of(table).items() if label != "plot"})
    assert told[0] == told[1] and len(told[0]) > 2


def test_every_public_column_is_described_in_the_database(on_postgres: ServedProject) -> None:
    undescribed = """
        select table_name, column_name from information_schema.columns
        where table_schema = 'winback' and col_description(format('%I.%I', table_schema, table_name)::regclass, ordinal_position) is null
    """
    assert on_postgres.query(undescribed) == []
    assert on_postgres.query("select obj_description('winback.fct_win_back'::regclass)")[0][0]


def test_the_dashboard_asks_as_a_role_that_cannot_write(on_postgres: ServedProject) -> None:
    # As documented in docs/how-to/connect-superset.md.
    on_postgres.query("""
        create role superset login password 'secret';
        grant usage on schema winback to superset;
        grant select on all tables in schema winback to superset
    """)
    where = {"host": on_postgres.environment["PGHOST"], "port": on_postgres.environment["PGPORT"]}
    uri = sqlalchemy.URL.create("postgresql+psycopg2", "superset", "secret", database=on_postgres.environment["PGDATABASE"], query=where)
    with sqlalchemy.create_engine(uri, poolclass=NullPool).connect() as reader:
        asked = {chart.name: reader.execute(sqlalchemy.text(chart.question({"business_id": "shop", "period_grain": "month", "segment": "all"}))).all() for chart in charts()}
        empty = {name for name, rows in asked.items() if not rows}  # the golden landing has no campaigns, no restatements and no priced contracts
        assert len(empty) == 4 and {"Recurring revenue by movement", "Revenue retention"} < empty
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="permission denied"):
            reader.execute(sqlalchemy.text("delete from winback.lifecycle_states"))


def test_metricflow_answers_with_the_published_figures(on_postgres: ServedProject) -> None:
    asking = replace(on_postgres, environment=on_postgres.environment | OFFLINE)
    parsed = tool(asking, "dbt", "parse", "--vars", "{build_schema: winback_internal}")
    assert parsed.returncode == 0, parsed.stdout
    found = {(row["metric_time__quarter"][:10], row["business"]): row["win_back_rate"] for row in ask(asking, ["win_back_rate"], "metric_time__quarter,business")}
    table = on_postgres.query("select period_start, business_id, win_back_rate from winback.fct_win_back where period_grain = 'quarter' and segment = 'all'")
    assert len(found) == len(table) and all(same(found[str(start), business], rate) for start, business, rate in table)


def test_nights_on_postgres_end_as_one_full_build_on_duckdb(server: Server, tmp_path: Path) -> None:
    server.make("nights")
    on_postgres = served(copy_project(tmp_path / "postgres"), server.environment("nights"))
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


@pytest.mark.slow
def test_the_sample_gives_the_same_tables(server: Server, sample: Project, tmp_path: Path) -> None:
    server.make("sample")
    on_postgres = served(copy_project(tmp_path / "postgres"), server.environment("sample"))
    shutil.copytree(sample.landing, on_postgres.landing)
    on_postgres.load()
    on_postgres.refresh(SAMPLE_AS_OF.isoformat())
    found = on_postgres.as_file(tmp_path / "found.duckdb", sample.warehouse)
    assert differences(found, sample.warehouse, ignore=("row_text",)) == []
