"""Every dbt model is an asset and every data test an asset check; whatever is selected, the refresh publishes safely."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from dagster import AssetExecutionContext, AssetSpec, Config, FreshnessPolicy
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets
from pydantic import Field

from orchestration.dbt_project import ensure_manifest, manifest
from orchestration.refresh import refresh
from orchestration.request import Request
from orchestration.settings import owners, target

# One night that was missed warns, two fail; four hours are for refreshes that take longer than the day before.
FRESH = FreshnessPolicy.time_window(warn_window=timedelta(hours=28), fail_window=timedelta(hours=52))


class RefreshConfig(Config):
    """What one refresh can be told."""

    as_of: str | None = Field(default=None, description="The last date counted, YYYY-MM-DD; by default the last one over in every business's zone.")
    full: bool = Field(default=False, description="Derive everything anew from the landed rows, instead of what has changed since the last refresh.")
    reland: bool = Field(default=False, description="Forget the landed rows, and land what the landing holds now.")
    allow_future: bool = Field(default=False, description="Count to the given date even where it is not over yet in every business's zone.")


class Catalog(DagsterDbtTranslator):
    """How Dagster's catalogue shows the tables: grouped as the folders are, with owners, and fresh where people read them."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Name the group of an asset.

        Args:
            dbt_resource_props: its entry in dbt's manifest.

        Returns:
            The folder's name, or `configuration` for the seeds that a user edits, which lie in none.
        """
        folders = dbt_resource_props["fqn"][1:-1]
        return folders[0] if folders else "configuration"

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """Name who answers for an asset.

        Args:
            dbt_resource_props: its entry in dbt's manifest.

        Returns:
            The owners that its `meta.dagster.owners` names, else those of `WINBACK_OWNERS`.
        """
        return super().get_owners(dbt_resource_props) or owners() or None

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> AssetSpec:
        """Describe an asset.

        Args:
            manifest: dbt's.
            unique_id: of the asset in it.
            project: none is used.

        Returns:
            What Dagster makes of it; public tables are to be fresh. What the last refresh published are the same assets, on which none depends.
        """
        spec = super().get_asset_spec(manifest, unique_id, project)
        spec = spec.replace_attributes(deps=[dep for dep in spec.deps if dep.asset_key.path[0] != "published"])
        return spec.replace_attributes(freshness_policy=FRESH) if spec.key.path[0] == "winback" else spec


# Given no project: a large selection would make Dagster run a copy of it, from which ../seeds cannot be reached. And no retry policy:
# Dagster would take an interrupt for a failure to be tried again; `endings.py` asks for what may pass.
@dbt_assets(manifest=ensure_manifest(), dagster_dbt_translator=Catalog(), name="warehouse")
def warehouse(context: AssetExecutionContext, config: RefreshConfig, dbt: DbtCliResource) -> Iterator[Any]:
    """Build the selected tables in a copy of the warehouse, test them, and publish the copy."""
    yield from refresh(context, dbt, Request(**config.model_dump()))


def landing() -> list[AssetSpec]:
    """The tables of the landing, which others fill: where the lineage begins.

    Returns:
        An asset for each; events, without which there is nothing to do, are to be fresh. (A server's tables do not tell when rows came.)
    """
    sources = [source for source in manifest()["sources"].values() if source["source_name"] == "landing"]
    return [
        AssetSpec(
            ["landing", source["name"]],
            description=source["description"],
            group_name="landing",
            owners=owners(),
            freshness_policy=FRESH if source["name"] == "events" and target() == "duckdb" else None,
        )
        for source in sources
    ]
