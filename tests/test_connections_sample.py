"""The sample's companies as a vendor's tables give the public tables of their native landing: on DuckDB, and on PostgreSQL the same again.

`companies` says what a vendor holds; `test_spark.py` has the same for Spark.
"""

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from companies import Held, connect, on_servers, refresh_native
from conftest import Once
from orchestration.sample import SAMPLE_AS_OF
from projects import Project, copy_project
from servers import Server, fill, served
from warehouses import differences as differences_from
from warehouses import public_tables

EXPORTED = ("orders", "customers", "subscriptions", "payments", "deals", "contacts", "companies")
NEVER_EQUAL = {"connected_rows"}  # The native landing has no connection.


@pytest.fixture(scope="session")
def native(once: Once, held: dict[str, Held]) -> Project:
    """The businesses, refreshed once from their native landing."""
    return once("companies_native", lambda project: refresh_native(project, held))


def differences(found: Project, wanted: Project) -> dict[str, tuple]:
    """Return for each public table that differs the number of rows that only one of two projects has, and some of them."""
    tables = [set(public_tables(project.warehouse)) - NEVER_EQUAL for project in (found, wanted)]
    assert tables[0] == tables[1]
    different = {}
    with duckdb.connect() as connection:
        for alias, project in (("found", found), ("wanted", wanted)):
            connection.execute(f"attach '{project.warehouse}' as {alias}_warehouse (read_only)")
        for table in sorted(tables[0]):
            described = connection.execute(f"describe found_warehouse.winback.{table}").fetchall()
            columns = ", ".join(f'round("{name}", 9)' if kind == "DOUBLE" else f'"{name}"' for name, kind, *_ in described)
            rows = {side: f"select {columns} from {side}_warehouse.winback.{table}" for side in ("found", "wanted")}
            too_many = connection.execute(f"{rows['found']} except all {rows['wanted']} order by all").fetchall()
            missing = connection.execute(f"{rows['wanted']} except all {rows['found']} order by all").fetchall()
            if too_many or missing:
                different[table] = (len(too_many), too_many[:3], len(missing), missing[:3])
    return different


def rows_of(folder: Path) -> Counter[str]:
    """Return the number of rows of each table in a vendor's folder. Exports say in the name of a file of which table it is."""
    counted: Counter[str] = Counter()
    for path in sorted(folder.iterdir()):
        table = next((name for name in EXPORTED if name in path.stem), path.stem)
        counted[table] += duckdb.execute(f"select count(*) from '{path}'").fetchone()[0]
    return counted


def test_every_public_table_is_that_of_the_native_landing(rendered: Project, native: Project) -> None:
    assert differences(rendered, native) == {}


@pytest.mark.parametrize(
    ("business", "at_least", "not_read"),
    [
        ("fjord", 3_000, {"order_line"}),
        ("fjord_graphql", 3_000, {"order_line"}),
        ("fjord_export", 3_000, set()),
        ("lumen", 5_000, {"customer"}),
        ("lumen_export", 5_000, set()),
        ("harbor", 5_000, {"deal_stage", "deal_pipeline", "engagement", "engagement_email", "engagement_note"}),
        ("harbor_export", 3_000, set()),
    ],
)
def test_every_row_of_a_vendor_has_an_outcome(rendered: Project, business: str, at_least: int, not_read: set[str]) -> None:
    events = "select count(*) from winback_internal.stg_events where business_id = '{}' and event_id like '%:%' and kind <> 'ignore'"
    assert rendered.query(events.format(business)) > [(at_least,)]
    counted = dict(rendered.query(f"select source_table, sum(rows) from winback.connected_rows where business_id = '{business}' group by 1"))
    assert counted == {table: rows for table, rows in rows_of(rendered.folder / business).items() if table not in not_read}


def test_stripe_gives_recurring_revenue(rendered: Project) -> None:
    assert rendered.query("select count(*) > 500 from winback.recurring_revenue_movements where business_id = 'lumen'") == [(True,)]


@pytest.mark.slow
def test_postgresql_gives_the_same_tables(rendered: Project, held: dict[str, Held], server: Server, tmp_path: Path) -> None:
    on_server = on_servers(held)
    server.make("companies")
    on_postgres = served(copy_project(tmp_path / "postgres"), server.environment("companies"))
    connect(on_postgres, on_server, {business: business for business in on_server})
    for business, each in on_server.items():
        fill(on_postgres.environment, business, each.rendered.tables, each.types)
    on_postgres.load()
    on_postgres.refresh(f"{SAMPLE_AS_OF}")
    found = on_postgres.as_file(tmp_path / "found.duckdb", rendered.warehouse)
    assert differences_from(found, rendered.warehouse, ignore=("row_text",), businesses=on_server) == []
