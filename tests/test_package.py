"""The dbt project as a package in a project of someone else: their relations in, the public tables out, without our Python or Dagster."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.dbt_project import dbt_executable
from projects import GOLDEN, ROOT, Project
from servers import Server, connect, run_sql, tables_as_file
from warehouses import differences

PACKAGE = ROOT / "dbt_project"
AS_OF = {"as_of_date": "2025-06-30"}
GENERATED = shutil.ignore_patterns("target", "logs", "*.duckdb*")


class OnesOwn:
    """A dbt project of a user, with its own name, profile and files."""

    def __init__(self, folder: Path, output: dict, variables: dict, **files: str) -> None:
        self.folder = folder
        # For models of the project that have the name of one in the package.
        flags = {"require_ref_searches_node_package_before_root": True}
        self.write("dbt_project.yml", {"name": "analytics", "profile": "shop", "flags": flags, "vars": {"winback": variables}})
        self.write("profiles.yml", {"shop": {"target": "dev", "outputs": {"dev": output}}})
        for name, text in files.items():
            self.write(f"models/{name}.sql", text)

    def write(self, path: str, content: dict | str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(content if isinstance(content, str) else yaml.safe_dump(content))

    def configure_by_seeds(self) -> None:
        for name in ("businesses", "event_kinds", "exit_reasons"):
            self.write(f"seeds/{name}.csv", (GOLDEN / f"{name}.csv").read_text())

    def run(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess:
        environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", **extra}
        return subprocess.run([dbt_executable(), *arguments], cwd=self.folder, env=environment, text=True, capture_output=True, timeout=600, check=False)

    def install(self, **package: str) -> None:
        self.write("packages.yml", {"packages": [package]})
        done = self.run("deps")
        assert done.returncode == 0, done.stdout

    def build(self, *arguments: str, **extra: str) -> str:
        done = self.run("build", *arguments, **extra)
        assert done.returncode == 0 and " WARN=0 " in done.stdout, done.stdout[-5000:]
        return done.stdout

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.folder / "shop.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def test_a_project_on_duckdb_gets_the_tables_of_a_refresh(golden: Project, tmp_path: Path) -> None:
    """Beside a model of its own that has the name of one of ours, and files of its own that it reads after our hooks."""
    landing = GOLDEN / "landing"
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute(f"create schema raw; create table raw.merges as from read_csv('{landing / 'customer_merges.csv'}', all_varchar = true)")
    events = f"select * from read_csv('{landing / 'events.csv'}', all_varchar = true, header = true, nullstr = '')"
    output = {"type": "duckdb", "path": "shop.duckdb", "threads": 2, "settings": {"TimeZone": "Asia/Tokyo"}}
    variables = {**AS_OF, "relations": {"events": "shop_events", "customer_merges": "raw.merges"}}
    own = OnesOwn(tmp_path, output, variables, shop_events=events, stg_events="select 'mine' as whose")
    own.configure_by_seeds()
    own.install(local=str(PACKAGE))
    said = own.build(WINBACK_MEMORY="1KB")
    assert "unit test" not in said and "exposure" not in said

    tables = {}
    with duckdb.connect(str(tmp_path / "shop.duckdb"), read_only=True) as connection:
        for (table,) in connection.execute("select table_name from information_schema.tables where table_schema = 'main_winback'").fetchall():
            rows = connection.execute(f"from main_winback.{table}")
            tables[table] = [column[0] for column in rows.description], rows.fetchall()
    assert differences(tables_as_file(tmp_path / "found.duckdb", golden.warehouse, tables), golden.warehouse) == []
    assert own.query("select whose from main.stg_events") == [("mine",)]

    own.write("models/shop_events.sql", f"{events} where event_id is distinct from 'e001'")
    own.build("--select", "+base_events", "--indirect-selection", "cautious")
    assert own.query("select count(*), count(*) filter (where event_id = 'e001') from main_winback_internal.base_events") == [(205, 0)]


def test_a_project_on_postgres_gets_the_tables_of_a_refresh(golden: Project, server: Server, tmp_path: Path) -> None:
    server.make("package")
    where = server.environment("package")
    run_sql(where, "create schema raw")
    connection = connect(where)
    for table in ("events", "customer_merges"):
        with (GOLDEN / "landing" / f"{table}.csv").open(encoding="utf-8") as file, connection.cursor() as cursor:
            columns = file.readline().strip()
            cursor.execute(f"create table raw.{table} ({columns.replace(',', ' text,')} text)")
            cursor.copy_expert(f"copy raw.{table} from stdin with (format csv)", file)
    output = {"type": "postgres", "host": where["PGHOST"], "port": int(where["PGPORT"]), "user": "postgres", "password": "", "dbname": "package", "schema": "dev", "threads": 2}
    variables = {**AS_OF, "relations": {"events": "raw.events", "customer_merges": "merges"}}
    own = OnesOwn(tmp_path, output, variables, merges="select * from raw.customer_merges")
    own.configure_by_seeds()
    own.install(local=str(PACKAGE))
    own.build()
    tables = {}
    for (table,) in run_sql(where, "select table_name from information_schema.tables where table_schema = 'dev_winback'"):
        with connection.cursor() as cursor:
            cursor.execute(f"select * from dev_winback.{table}")
            tables[table] = [column.name for column in cursor.description], cursor.fetchall()
    connection.close()
    assert differences(tables_as_file(tmp_path / "found.duckdb", golden.warehouse, tables), golden.warehouse) == []


@pytest.mark.builds
def test_a_package_from_git_reads_typed_models_and_none_of_our_configuration(tmp_path: Path) -> None:
    """Schemas are named by the user's own macro; optional columns are missing, here of events and of businesses."""
    repository = tmp_path / "repository"
    for name in ("dbt_project", "seeds"):
        shutil.copytree(ROOT / name, repository / name, ignore=GENERATED)
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "A version"]):
        subprocess.run(["git", *command], cwd=repository, check=True)
    relations = {"events": "orders", "businesses": "companies", "event_kinds": "kinds", "exit_reasons": "reasons"}
    own = OnesOwn(
        tmp_path / "own",
        {"type": "duckdb", "path": "shop.duckdb"},
        {"relations": relations},
        orders="""
            select 1.0::double as event_id, 7 as business_id, 'Ann' as customer_id, 'order' as event_name, timestamptz '2025-09-04 21:15:00-04' as occurred_at, 40.5 as amount
        """,
        companies="""
            select 7 as business_id, 'Shop' as name, 'retail' as kind, 'America/New_York' as timezone, 'USD' as currency, 60 as dormant_after_days,
                180.0::double as former_after_days, null::integer as prospect_dormant_after_days, 30 as attribution_days, '' as recovery_days
        """,
        kinds="select '*' as business_id, 'order' as event_name, 'purchase' as kind",
        reasons="select 'price' as reason, 'voluntary' as exit_kind, 'price' as category",
    )
    own.write("macros/names.sql", "{% macro generate_schema_name(custom_schema_name, node) %}{{ custom_schema_name or target.schema }}{% endmacro %}")
    own.install(git=repository.as_uri(), subdirectory="dbt_project", revision="main")
    own.build("--select", "+base_events", "--indirect-selection", "cautious")
    found = "select business_id, event_id, kind, cast(occurred_at as text), amount, row_status from winback_internal.base_events"
    assert [tuple(map(str, row)) for row in own.query(found)] == [("7", "1", "purchase", "2025-09-05 01:15:00", "40.5000", "current")]
    thresholds = "select dormant_after_days, former_after_days, prospect_dormant_after_days, recovery_days, naive_times from winback_internal.stg_businesses"
    assert own.query(thresholds) == [(60, 180, None, 0, "utc")]
    assert own.query("select table_name from duckdb_tables() where table_name in ('businesses', 'warehouse_format')") == []


@pytest.mark.parametrize(
    ("relations", "message"),
    [
        ({"events": 'raw."x"; drop table y; --'}, "gives 'raw.\"x\"; drop table y; --' for events. Give the name of a model or seed, or schema.table"),
        ({"event": "orders"}, "is {'event': 'orders'}. Name by table what is to be read for it; the tables are events, customers"),
        ({"customers": "people"}, "does not say where the events are"),
    ],
    ids=str,
)
def test_a_relation_that_cannot_be_is_named_in_one_message(tmp_path: Path, relations: dict[str, str], message: str) -> None:
    """On a package of the landing's models alone."""
    own = OnesOwn(tmp_path, {"type": "duckdb", "path": ":memory:"}, {"relations": relations}, orders="select 1 as event_id", people="select 1 as customer_id")
    package = tmp_path / "dbt_packages" / "winback"
    shutil.copytree(PACKAGE / "macros", package / "macros")
    landing = ("_landing.yml", "landed_events.sql", "landed_customers.sql")
    for file in ("dbt_project.yml", "models/staging/stg_businesses.sql", *(f"models/landing/{name}" for name in landing)):
        (package / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / file, package / file)
    own.write("seeds/businesses.csv", "business_id\n")
    done = own.run("--log-format", "json", "parse")
    told = [json.loads(line)["info"]["msg"] for line in done.stdout.splitlines()]
    assert done.returncode != 0 and any(message in text for text in told), done.stdout
