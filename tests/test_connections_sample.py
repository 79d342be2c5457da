"""The sample's companies as a vendor's tables give the public tables of their native landing: Lumen as Stripe, Fjord as Shopify, Harbor as HubSpot.

What of a company a vendor holds comes from its tables, the rest from native files beside them; `renderers` says which is which. Events have other names and
ids than the native ones; the public tables hold neither, except of rows that cannot be used, which are native in both.
"""

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from conftest import Once
from orchestration.connections.systems import VOCABULARIES
from orchestration.dbt_project import ensure_manifest
from orchestration.sample import SAMPLE_AS_OF, write_sample
from projects import Project, copy_project
from renderers import Rendered, hubspot, read_landing, shopify, some_customers, stripe, with_ids, write_csv, write_parquet
from warehouses import public_tables

NEVER_EQUAL = {"connected_rows"}  # The native landing has no connection.


def fjord(sample: Path, form: str) -> Rendered:
    tables = some_customers(read_landing(sample, "fjord"), 3)
    return shopify.render(with_ids(tables, shopify.customer_number), form)


def lumen(sample: Path) -> Rendered:
    tables = some_customers(read_landing(sample, "lumen"), 3)
    return stripe.render(with_ids(tables, stripe.customer_name))


def harbor(sample: Path) -> Rendered:
    tables = some_customers(read_landing(sample, "harbor"), 1)
    return hubspot.render(with_ids(tables, hubspot.customer_numbers(tables)))


@pytest.fixture(scope="session")
def landed(folder_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The landing of the sample."""
    return folder_once("sample_landing", lambda folder: write_sample(folder, report=lambda line: None))


@pytest.fixture(scope="session")
def parse(shared: Path) -> Callable[[str], None]:
    """Parse the project as connected to a system, once for all copies."""

    def parsed(source: str) -> None:
        with FileLock(shared / "parsed.lock"):
            ensure_manifest(systems=[source])

    return parsed


def configure(project: Project, company: str, source: str = "") -> None:
    """Restrict the sample's configuration to one company; with a source, add its event names as `winback connect` does, and the connection."""
    seeds = project.folder / "seeds"
    for name in ("businesses", "event_kinds"):
        with (seeds / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["business_id"] in (company, "*")]
        if source and name == "event_kinds":
            mapped = {row["event_name"] for row in rows if row["business_id"] == company}
            rows += [{"business_id": company, "event_name": event, "kind": kind} for event, kind in VOCABULARIES[source].event_kinds.items() if event not in mapped]
        write_csv(seeds, {name: rows})
    if source:
        write_csv(seeds, {"connections": [{"business_id": company, "source": source, "shape": "fivetran", "location": f"{project.folder / source}"}]})


def refreshed(once: Once, name: str, company: str, rendered: Callable[[], Rendered], source: str = "", write: Callable = write_csv) -> Project:
    """Refresh a company once, from its native landing or from a vendor's tables with the rest of its landing beside."""

    def make(project: Project) -> None:
        copy_project(project.folder)
        configure(project, company, source)
        made = rendered()
        write_csv(project.landing, made.beside if source else made.native)
        if source:
            write(project.folder / source, made.tables)
        project.refresh(f"{SAMPLE_AS_OF}")

    return once(name, make)


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


def rows_of(project: Project, source: str) -> dict[str, int]:
    """Return the number of rows of each table of a vendor."""
    counted = "select count(*) from '{}'"
    return {path.stem: duckdb.execute(counted.format(path)).fetchone()[0] for path in sorted((project.folder / source).iterdir())}


def without(counted: dict[str, int], *not_read: str) -> dict[str, int]:
    """Return the numbers of the tables that are read."""
    return {table: rows for table, rows in counted.items() if table not in not_read}


def rows_with_an_outcome(project: Project) -> dict[str, int]:
    """Return the number of rows of each table that were used, superseded or left out."""
    return dict(project.query("select source_table, sum(rows) from winback.connected_rows group by 1 order by 1"))


def events(project: Project) -> int:
    """Return the number of standing events of a connection."""
    ((number,),) = project.query("select count(*) from winback_internal.stg_events where event_id like '%:%' and kind <> 'ignore'")
    return number


@pytest.mark.parametrize(("form", "write"), [("rest", write_csv), ("graphql", partial(write_parquet, types=shopify.TYPES))], ids=["rest", "graphql"])
def test_fjord_as_shopify(once: Once, landed: Path, parse: Callable[[str], None], form: str, write: Callable) -> None:
    native = refreshed(once, "fjord_native", "fjord", lambda: fjord(landed, form))
    parse("shopify")
    rendered = refreshed(once, f"fjord_{form}", "fjord", lambda: fjord(landed, form), "shopify", write)
    assert differences(rendered, native) == {}
    assert events(rendered) > 3_000
    assert rows_with_an_outcome(rendered) == without(rows_of(rendered, "shopify"), "order_line")


def test_lumen_as_stripe(once: Once, landed: Path, parse: Callable[[str], None]) -> None:
    native = refreshed(once, "lumen_native", "lumen", lambda: lumen(landed))
    parse("stripe")
    rendered = refreshed(once, "lumen_stripe", "lumen", lambda: lumen(landed), "stripe", partial(write_parquet, types=stripe.TYPES))
    assert differences(rendered, native) == {}
    assert events(rendered) > 5_000 and rendered.query("select count(*) > 500 from winback.recurring_revenue_movements") == [(True,)]
    assert rows_with_an_outcome(rendered) == without(rows_of(rendered, "stripe"), "customer")


def test_harbor_as_hubspot(once: Once, landed: Path, parse: Callable[[str], None]) -> None:
    native = refreshed(once, "harbor_native", "harbor", lambda: harbor(landed))
    parse("hubspot")
    rendered = refreshed(once, "harbor_hubspot", "harbor", lambda: harbor(landed), "hubspot", write_csv)
    assert differences(rendered, native) == {}
    assert events(rendered) > 5_000
    not_read = ("deal_stage", "deal_pipeline", "engagement", "engagement_email", "engagement_note")
    assert rows_with_an_outcome(rendered) == without(rows_of(rendered, "hubspot"), *not_read)
