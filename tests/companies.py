"""The sample's companies, each as a vendor holds it: Lumen in Stripe, Fjord in Shopify, Harbor in HubSpot.

What of a company a vendor holds comes from its tables, the rest from native files beside them; `renderers` says which is which. Events have other names and
ids than the native ones; the public tables hold neither, except of rows that cannot be used, which are native in both.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from orchestration.connections.systems import VOCABULARIES
from orchestration.sample import SAMPLE_AS_OF
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
        types: of their columns on a server, by name; others are texts.
        is_typed: whether its files are typed as well.
    """

    source: str
    rendered: Rendered
    shape: str = "fivetran"
    types: Mapping[str, str] = field(default_factory=dict)
    is_typed: bool = False

    def write(self, folder: Path) -> None:
        """Write the vendor's tables into a folder."""
        write = partial(write_parquet, types=self.types) if self.is_typed else write_csv
        write(folder, self.rendered.tables)


def held_by_vendors(sample: Path) -> dict[str, Held]:
    """Render each business."""
    anonymous, lumen, harbor = some_customers(read_landing(sample, "fjord"), 3), some_customers(read_landing(sample, "lumen"), 3), read_landing(sample, "harbor")
    fjord, lumen, harbor = with_ids(anonymous, shopify.customer_number), with_ids(lumen, stripe.customer_name), with_ids(harbor, hubspot.customer_numbers(harbor))
    return {
        "fjord": Held("shopify", shopify.render(fjord, "rest"), types=shopify.TYPES),
        "fjord_graphql": Held("shopify", shopify.render(of("fjord_graphql", fjord), "graphql"), types=shopify.TYPES, is_typed=True),
        "fjord_export": Held("shopify", shopify_export.render(of("fjord_export", anonymous)), "export"),
        "lumen": Held("stripe", stripe.render(lumen), types=stripe.TYPES, is_typed=True),
        "lumen_export": Held("stripe", stripe_export.render(of("lumen_export", lumen)), "export"),
        "harbor": Held("hubspot", hubspot.render(harbor), types=hubspot.TYPES),
        "harbor_export": Held("hubspot", hubspot_export.render(of("harbor_export", harbor)), "export"),
    }


def on_servers(held: Mapping[str, Held]) -> dict[str, Held]:
    """Return those that a server can hold: exports are read on DuckDB alone."""
    return {business: each for business, each in held.items() if each.shape == "fivetran"}


def of(business: str, landing: Tables) -> Tables:
    """Return the rows of a landing as those of another business."""
    return {table: [row | {"business_id": business} for row in rows] for table, rows in landing.items()}


def together(landings: list[Tables]) -> Tables:
    """Return the rows of several landings as those of one."""
    return {table: [row for landing in landings for row in landing.get(table, ())] for table in {table for landing in landings for table in landing}}


def refresh_native(project: Project, held: Mapping[str, Held]) -> None:
    """Publish the businesses from their native landing, in a new copy."""
    copy_project(project.folder)
    restrict(project.folder / "seeds", held)
    write_csv(project.landing, together([each.rendered.native for each in held.values()]))
    project.refresh(f"{SAMPLE_AS_OF}")


def connect(project: Project, held: Mapping[str, Held], places: Mapping[str, str]) -> None:
    """Configure the businesses as connected, each to a place of its vendor's tables, and write the rest of their landing beside."""
    restrict(project.folder / "seeds", held)
    add_connections(project.folder / "seeds", held, places)
    write_csv(project.landing, together([each.rendered.beside for each in held.values()]))
    project.environment["WINBACK_IDENTITY_KEY"] = shopify_export.KEY


def restrict(seeds: Path, businesses: Iterable[str]) -> None:
    """Restrict the sample's configuration to these businesses."""
    for name in ("businesses", "event_kinds"):
        rows = rows_in(seeds / f"{name}.csv")
        kept = [row | {"business_id": business} for business in businesses for row in rows if row["business_id"] == COMPANIES[business]]
        write_csv(seeds, {name: kept + [row for row in rows if row["business_id"] == "*"]})


def add_connections(seeds: Path, held: Mapping[str, Held], places: Mapping[str, str]) -> None:
    """Add event names and connections as `winback connect` does."""
    kinds = rows_in(seeds / "event_kinds.csv")
    mapped = {(row["business_id"], row["event_name"]) for row in kinds}
    for business, each in held.items():
        added = {name: kind for name, kind in VOCABULARIES[each.source].event_kinds.items() if (business, name) not in mapped}
        kinds += [{"business_id": business, "event_name": name, "kind": kind} for name, kind in added.items()]
    connections = [{"business_id": business, "source": each.source, "shape": each.shape, "location": places[business]} for business, each in held.items()]
    write_csv(seeds, {"event_kinds": kinds, "connections": connections})


def rows_in(file: Path) -> list[Row]:
    """Return the rows of a file of the configuration."""
    with file.open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))
