"""Every dbt model is an asset and every data test an asset check. Whatever is selected, the refresh publishes safely."""

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

# One missed daily refresh warns, two fail. The extra four hours allow for refreshes that take longer than the day before.
FRESH = FreshnessPolicy.time_window(warn_window=timedelta(hours=28), fail_window=timedelta(hours=52))


class RefreshConfig(Config):
    """Options of one refresh."""

    as_of: str | None = Field(default=None, description="The last date counted, YYYY-MM-DD; by default the last one over in every business's zone.")
    full: bool = Field(default=False, description="Derive everything anew from the landed rows, instead of what has changed since the last refresh.")
    reland: bool = Field(default=False, description="Forget the landed rows, and land what the landing holds now.")
    allow_future: bool = Field(default=False, description="Count to the given date even where it is not over yet in every business's zone.")


class Catalog(DagsterDbtTranslator):
    """How Dagster's catalogue shows the tables: grouped by folder, with owners, and with a freshness policy on public tables."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the group of an asset.

        Args:
            dbt_resource_props: the asset's entry in the dbt manifest.

        Returns:
            The folder's name, or `configuration` for the user-edited seeds, which are in no folder.
        """
        folders = dbt_resource_props["fqn"][1:-1]
        return folders[0] if folders else "configuration"

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """Return the owners of an asset.

        Args:
            dbt_resource_props: the asset's entry in the dbt manifest.

        Returns:
            The owners in its `meta.dagster.owners`, else those in `WINBACK_OWNERS`.
        """
        return super().get_owners(dbt_resource_props) or owners() or None

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> AssetSpec:
        """Describe an asset.

        Args:
            manifest: the dbt manifest.
            unique_id: the asset's id in the manifest.
            project: not used.

        Returns:
            Dagster's spec. Public tables get a freshness policy. Sources `published` are the same assets as last published, so no asset depends on them.
        """
        spec = super().get_asset_spec(manifest, unique_id, project)
        spec = spec.replace_attributes(deps=[dep for dep in spec.deps if dep.asset_key.path[0] != "published"])
        return spec.replace_attributes(freshness_policy=FRESH) if spec.key.path[0] == "winback" else spec


# No project is passed: for a large selection Dagster would run a copy of it, from which ../seeds cannot be reached. There is no retry
# policy: Dagster would treat an interrupt as a failure to retry. `endings.py` requests retries for transient failures.
@dbt_assets(manifest=ensure_manifest(), dagster_dbt_translator=Catalog(), name="warehouse")
def warehouse(context: AssetExecutionContext, config: RefreshConfig, dbt: DbtCliResource) -> Iterator[Any]:
    """Build the selected tables in a copy of the warehouse, test them, and publish the copy."""
    yield from refresh(context, dbt, Request(**config.model_dump()))


def landing() -> list[AssetSpec]:
    """Return the landing tables, which are filled from outside: the start of the lineage.

    Returns:
        An asset for each. Only `events`, which is required, has a freshness policy. (On a server, tables do not show when rows arrived.)
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
