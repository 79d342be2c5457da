"""Nodes that an incremental refresh can skip: they depend only on rows and configuration, and neither has changed."""

from collections.abc import Collection
from functools import cache

from orchestration.dbt_project import manifest

# The tag of nodes that do not depend on the last date counted, nor on which customers a run affects, except through the rows it
# replaces. It includes seeds that are compared before a run, or that are part of the code.
UNDATED = "undated"


def unchanged_nodes(new_tables: Collection[str]) -> list[str]:
    """Find the seeds, models and tests that a refresh with unchanged code and configuration can skip.

    A seed or model is up to date if it has the tag `undated` and no landing table upstream of it has a new file; a test is, if
    everything it reads is up to date.

    Args:
        new_tables: the landing tables with new files.

    Returns:
        Their names.
    """
    project = manifest()
    nodes, parents = project["nodes"], project["parent_map"]
    sources = {unique_id for unique_id, source in project["sources"].items() if source["name"] in new_tables}

    @cache
    def reads_new_rows(unique_id: str) -> bool:
        return unique_id in sources or any(map(reads_new_rows, parents.get(unique_id, ())))

    unchanged = {unique_id for unique_id, node in nodes.items() if UNDATED in node["tags"] and not reads_new_rows(unique_id)}
    tests = {
        unique_id
        for unique_id, node in nodes.items()
        if node["resource_type"] == "test" and (looked_at := set(parents[unique_id])) and looked_at <= unchanged
    }
    return sorted(nodes[unique_id]["name"] for unique_id in unchanged | tests)
