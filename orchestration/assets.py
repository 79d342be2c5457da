"""Every dbt model is an asset and every data test an asset check; whatever is selected, the refresh publishes safely."""

from collections.abc import Iterator, Mapping
from typing import Any

from dagster import AssetExecutionContext, Config
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets
from pydantic import Field

from orchestration.dbt import ensure_manifest
from orchestration.refresh import refresh


class RefreshConfig(Config):
    """What one refresh can be told."""

    as_of: str | None = Field(default=None, description="The last date counted, YYYY-MM-DD; by default the last one over in every business's zone.")
    full: bool = Field(default=False, description="Derive everything anew from the landed rows, instead of what has changed since the last refresh.")


class FolderGroups(DagsterDbtTranslator):
    """Groups the assets as the folders of the dbt project are."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Name the group of an asset.

        Args:
            dbt_resource_props: its entry in dbt's manifest.

        Returns:
            The folder's name, or `configuration` for the seeds that a user edits, which lie in none.
        """
        folders = dbt_resource_props["fqn"][1:-1]
        return folders[0] if folders else "configuration"


# Given no project: a large selection would make Dagster run a copy of it, from which ../seeds cannot be reached.
@dbt_assets(manifest=ensure_manifest(), dagster_dbt_translator=FolderGroups(), name="warehouse")
def warehouse(context: AssetExecutionContext, config: RefreshConfig, dbt: DbtCliResource) -> Iterator[Any]:
    """Build the selected tables in a copy of the warehouse, test them, and publish the copy."""
    yield from refresh(context, dbt, config.as_of, config.full)
