"""What Dagster's catalogue shows: the landing tables and the public tables, with true dependencies, and a check of each table's dbt tests."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from dagster import AssetCheckSpec, AssetKey, AssetSpec, FreshnessPolicy
from dagster_dbt import DagsterDbtTranslator

from orchestration.dbt_project import manifest
from orchestration.pulls import key_of_pull, pulled_systems
from orchestration.settings import owners, target

# One missed daily refresh warns, two fail. The extra four hours allow for refreshes that take longer than the day before.
FRESH = FreshnessPolicy.time_window(warn_window=timedelta(hours=28), fail_window=timedelta(hours=52))
TESTS_CHECK = "dbt_tests_pass"


class Catalog(DagsterDbtTranslator):
    """How Dagster's catalogue shows a public table: grouped by folder, with owners, a freshness policy and the tables it is made of."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the group of a table.

        Args:
            dbt_resource_props: the table's entry in the dbt manifest.

        Returns:
            The name of its folder.
        """
        return dbt_resource_props["fqn"][1]

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """Return the owners of a table.

        Args:
            dbt_resource_props: the table's entry in the dbt manifest.

        Returns:
            The owners in its `meta.dagster.owners`, else those in `WINBACK_OWNERS`.
        """
        return super().get_owners(dbt_resource_props) or owners() or None

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> AssetSpec:
        """Describe a public table.

        Args:
            manifest: the dbt manifest.
            unique_id: the table's id in the manifest.
            project: not used.

        Returns:
            Dagster's spec. A refresh may leave the table as it is.
        """
        spec = super().get_asset_spec(manifest, unique_id, project)
        ancestors = _lineage()(unique_id)
        deps = [*map(key_of, ancestors), *{pull for table in ancestors & _landing().keys() for pull in _pulls_into(key_of(table).path[-1])}]
        return spec.replace_attributes(deps=deps, freshness_policy=FRESH, skippable=True)


def key_of(unique_id: str) -> AssetKey:
    """Return the asset of a public or landing table.

    Args:
        unique_id: its id in the manifest.

    Returns:
        Its key: `winback`, `landing` or a connected system, and its name.
    """
    kind, _, *place, name = unique_id.split(".")
    return AssetKey([place[0] if kind == "source" else "winback", name])


@cache
def _project() -> dict[str, Any]:
    """Return the manifest as it was when these assets were first described."""
    return manifest()


@cache
def _tables() -> tuple[str, ...]:
    """Return the ids of the public tables in the manifest."""
    nodes = _project()["nodes"]
    return tuple(unique_id for unique_id, node in nodes.items() if node["resource_type"] == "model" and node["config"].get("schema") == "winback")


def _landing() -> dict[str, dict[str, Any]]:
    return {unique_id: source for unique_id, source in _project()["sources"].items() if source["source_name"] == "landing"}


def _pulls_into(table: str) -> list[AssetKey]:
    """Return the pulls of the systems that fill a landing table. A table is made after them, though Dagster does not run what lies between."""
    return [key_of_pull(system) for system in pulled_systems() if f"model.winback.int_{system}_{table}" in _project()["nodes"]]


@cache
def _lineage() -> Callable[[str], frozenset[str]]:
    """Return a function that finds the public and landing tables that a table is made of, directly or by way of private tables."""
    parents, shown = _project()["parent_map"], {*_tables(), *_landing()}

    @cache
    def ancestors(unique_id: str) -> frozenset[str]:
        return frozenset().union(*({parent} if parent in shown else ancestors(parent) for parent in parents.get(unique_id, ())))

    return ancestors


def table_specs() -> list[AssetSpec]:
    """Describe the public tables.

    Returns:
        A spec of each.
    """
    catalog = Catalog()
    return [catalog.get_asset_spec(_project(), unique_id, None) for unique_id in _tables()]


def landing_specs() -> list[AssetSpec]:
    """Describe the landing tables, which are filled from outside.

    Returns:
        A spec of each. Only `events`, which is required, has a freshness policy. (On a server, tables do not show when rows arrived.)
    """
    return [
        AssetSpec(
            key_of(unique_id),
            deps=_pulls_into(source["name"]),
            description=source["description"],
            group_name="landing",
            owners=owners(),
            freshness_policy=FRESH if source["name"] == "events" and target() == "duckdb" else None,
        )
        for unique_id, source in _landing().items()
    ]


def test_specs() -> list[AssetCheckSpec]:
    """Describe the check of each public table's dbt tests.

    Returns:
        A spec for each table that has tests.
    """
    return [
        AssetCheckSpec(TESTS_CHECK, asset=key_of(table), description=f"The dbt tests of the table pass: {', '.join(sorted(map(name_of, tests)))}.")
        for table, tests in tests_of_tables().items()
        if tests
    ]


def name_of(unique_id: str) -> str:
    """Return the name of a node.

    Args:
        unique_id: its id in the manifest.

    Returns:
        The name.
    """
    return unique_id.split(".")[2]


@cache
def tests_of_tables() -> dict[str, list[str]]:
    """Find the dbt tests of each public table: those declared at it, and those of private tables that compare them with it.

    Returns:
        For each table its tests, by their ids in the manifest.
    """
    public = set(_tables())
    tests: dict[str, list[str]] = {table: [] for table in _tables()}
    for unique_id, node in _project()["nodes"].items():
        if node["resource_type"] == "test":
            declared_at = node.get("attached_node")
            for table in [declared_at] if declared_at in public else public & set(node["depends_on"]["nodes"]):
                tests[table].append(unique_id)
    return tests
