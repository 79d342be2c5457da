"""What a night leaves as it is: what follows from rows and configuration alone, where neither is new."""

from collections.abc import Collection
from functools import cache

from orchestration.dbt_project import manifest

# The tag of what knows nothing of the date counted to, nor of whom a run affects but through the rows it replaces; seeds that
# are compared before a run, or are code, among it.
UNDATED = "undated"


def unchanged_nodes(new_tables: Collection[str]) -> list[str]:
    """Find the seeds, models and tests of which a refresh with the code and configuration of the last one need run none.

    A seed or model stands as it is where it is undated and no landing table that it descends from has a new file; a test, where
    everything that it looks at stands.

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
