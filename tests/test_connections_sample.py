"""The sample's companies as a vendor's tables give the public tables of their native landing: Lumen as Stripe, Fjord as Shopify, Harbor as HubSpot.

What of a company a vendor holds comes from its tables, the rest from native files beside them; `renderers` says which is which. Events have other names and
ids than the native ones; the public tables hold neither, except of rows that cannot be used, which are native in both.
"""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import pytest

from conftest import Once
from orchestration.connections.systems import VOCABULARIES
from orchestration.sample import SAMPLE_AS_OF, write_sample
from projects import Project, copy_project
from renderers import (
    Rendered,
    Row,
    Tables,
    hubspot,
    hubspot_export,
    read_landing,
    shopify,
    shopify_export,
    some_customers,
    stripe,
    stripe_export,
    with_ids,
    write_csv,
    write_parquet,
)
from warehouses import public_tables

EXPORTED = ("orders", "customers", "subscriptions", "payments", "deals", "contacts", "companies")
NEVER_EQUAL = {"connected_rows"}  # The native landing has no connection.
COMPANIES = {
    "fjord": "fjord", "fjord_graphql": "fjord", "fjord_export": "fjord", "lumen": "lumen", "lumen_export": "lumen", "harbor": "harbor", "harbor_export": "harbor",
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """A business whose rows a vendor holds.

    Attributes:
        source: the vendor.
        rendered: its rows, native and as the vendor's tables.
        shape: of the vendor's tables.
        write: writes them into a folder.
    """

    source: str
    rendered: Rendered
    shape: str = "fivetran"
    write: Callable[[Path, Tables], None] = write_csv


def held_by_vendors(sample: Path) -> dict[str, Held]:
    """Render each business."""
    anonymous, lumen, harbor = some_customers(read_landing(sample, "fjord"), 3), some_customers(read_landing(sample, "lumen"), 3), read_landing(sample, "harbor")
    fjord, lumen, harbor = with_ids(anonymous, shopify.customer_number), with_ids(lumen, stripe.customer_name), with_ids(harbor, hubspot.customer_numbers(harbor))
    return {
        "fjord": Held("shopify", shopify.render(fjord, "rest")),
        "fjord_graphql": Held("shopify", shopify.render(of("fjord_graphql", fjord), "graphql"), write=partial(write_parquet, types=shopify.TYPES)),
        "fjord_export": Held("shopify", shopify_export.render(of("fjord_export", anonymous)), "export"),
        "lumen": Held("stripe", stripe.render(lumen), write=partial(write_parquet, types=stripe.TYPES)),
        "lumen_export": Held("stripe", stripe_export.render(of("lumen_export", lumen)), "export"),
        "harbor": Held("hubspot", hubspot.render(harbor)),
        "harbor_export": Held("hubspot", hubspot_export.render(of("harbor_export", harbor)), "export"),
    }


def of(business: str, landing: Tables) -> Tables:
    """Return the rows of a landing as those of another business."""
    return {table: [row | {"business_id": business} for row in rows] for table, rows in landing.items()}


def together(landings: list[Tables]) -> Tables:
    """Return the rows of several landings as those of one."""
    return {table: [row for landing in landings for row in landing.get(table, ())] for table in {table for landing in landings for table in landing}}


def configure(seeds: Path, connected: dict[str, Held]) -> None:
    """Restrict the sample's configuration to these companies; add event names and connections as `winback connect` does."""
    for name in ("businesses", "event_kinds"):
        with (seeds / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        write_csv(seeds, {name: [row | {"business_id": business} for business, company in COMPANIES.items() for row in rows if row["business_id"] == company] + of_all(rows)})
    if connected:
        with (seeds / "event_kinds.csv").open(newline="", encoding="utf-8") as file:
            kinds = list(csv.DictReader(file))
        mapped = {(row["business_id"], row["event_name"]) for row in kinds}
        for business, held in connected.items():
            added = {name: kind for name, kind in VOCABULARIES[held.source].event_kinds.items() if (business, name) not in mapped}
            kinds += [{"business_id": business, "event_name": name, "kind": kind} for name, kind in added.items()]
        places = [{"business_id": business, "source": held.source, "shape": held.shape, "location": f"{seeds.parent / business}"} for business, held in connected.items()]
        write_csv(seeds, {"event_kinds": kinds, "connections": places})


def of_all(rows: list[Row]) -> list[Row]:
    """Return the rows that are for every business."""
    return [row for row in rows if row["business_id"] == "*"]


@pytest.fixture(scope="session")
def held(folder_once: Callable[[str, Callable[[Path], None]], Path]) -> dict[str, Held]:
    """Each business as its vendor holds it."""
    return held_by_vendors(folder_once("sample_landing", lambda folder: write_sample(folder, report=lambda line: None)))


@pytest.fixture(scope="session")
def native(once: Once, held: dict[str, Held]) -> Project:
    """The businesses, refreshed once from their native landing."""

    def make(project: Project) -> None:
        copy_project(project.folder)
        configure(project.folder / "seeds", {})
        write_csv(project.landing, together([each.rendered.native for each in held.values()]))
        project.refresh(f"{SAMPLE_AS_OF}")

    return once("companies_native", make)


@pytest.fixture(scope="session")
def rendered(once: Once, held: dict[str, Held], parsed_as_connected: None) -> Project:  # noqa: ARG001 - it is copied
    """The businesses, refreshed once from their vendors' tables, with the rest of their landing beside."""

    def make(project: Project) -> None:
        copy_project(project.folder)
        configure(project.folder / "seeds", held)
        write_csv(project.landing, together([each.rendered.beside for each in held.values()]))
        for business, each in held.items():
            each.write(project.folder / business, each.rendered.tables)
        project.environment["WINBACK_IDENTITY_KEY"] = shopify_export.KEY
        project.refresh(f"{SAMPLE_AS_OF}")

    return once("companies_rendered", make)


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
