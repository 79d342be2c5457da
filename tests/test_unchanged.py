"""What an incremental refresh skips: only nodes that would not change."""

import re

from orchestration.dbt_project import manifest
from orchestration.skippable_nodes import UNDATED
from projects import Project
from test_dagster import materialise
from warehouses import differences

# Models that define whose rows a run replaces, and by which policy; for an undated table they only determine which rows are read.
WHOSE_ROWS = {"int_configurations", "int_affected_customers"}
LAST = "select refresh_id, new_rows, customers_recomputed from winback.refreshes order by refresh_id desc limit 1"


def nodes_of(told: str) -> int:
    """Return the number of seeds, models and tests that a refresh ran, according to its log."""
    return int(re.findall(r"^ *\d+ of (\d+)  ", told, re.MULTILINE)[-1])


def test_undated_models_read_undated_ones() -> None:
    nodes, parents = manifest()["nodes"], manifest()["parent_map"]
    undated = {unique_id for unique_id, node in nodes.items() if UNDATED in node["tags"]}
    read = {parent for unique_id in undated for parent in parents[unique_id]}
    assert {unique_id.split(".")[-1] for unique_id in read - undated if not unique_id.startswith("source.")} == WHOSE_ROWS
    assert not [nodes[unique_id]["name"] for unique_id in undated if "public" in nodes[unique_id]["tags"]]


def test_whatever_is_left_out_nights_end_as_a_full_build(published: Project) -> None:
    """One project through several refreshes; each paragraph is one."""
    everything = nodes_of(published.told)

    # A country, and a touch that waits for its campaign.
    published.land("customers", [{"business_id": "shop", "customer_id": "once", "country": "IT", "contactable": "true"}])
    published.land("campaign_touches", [{"touch_id": "t1", "business_id": "shop", "campaign_id": "mail", "customer_id": "once", "touched_at": "2025-02-01", "arm": "treatment"}])
    some = nodes_of(published.refresh("2025-06-30").stderr)
    assert published.query("select row_id, reason from winback.rejected_rows where landing_table = 'campaign_touches'") == [("t1", "unknown_campaign")]

    # The campaign, and an answer.
    published.land("campaigns", [{"business_id": "shop", "campaign_id": "mail", "name": "Mail"}])
    published.land("survey_responses", [{"response_id": "r1", "business_id": "shop", "customer_id": "gap_D", "answered_at": "2025-01-15", "survey": "nps", "score": "9"}])
    published.refresh("2025-06-30")
    assert published.query("select count(*) from winback.fct_campaign_performance")[0][0] > 0

    # A merge, with nothing else new.
    merges = (published.landing / "customer_merges.csv").read_text()
    (published.landing / "customer_merges.csv").write_text(f"{merges}shop,once,gap_D,2025-06-01T00:00:00Z,2025-06-01T01:00:00Z\n")
    published.refresh("2025-06-30")
    assert published.query("select count(*) from winback.lifecycle_states where business_id = 'shop' and customer_id = 'once'") == [(0,)]

    # Only time passes.
    quiet = nodes_of(published.refresh("2025-08-15").stderr)
    assert published.query(LAST) == [(5, 0, 0)]
    assert quiet < some < everything and quiet < 0.75 * everything

    whole = Project(published.folder, published.landing, published.folder / "whole" / "warehouse.duckdb")
    whole.refresh("2025-08-15")
    assert differences(published.warehouse, whole.warehouse) == []

    # A selection rebuilds what it may of these, and skips the tables that an incremental refresh derives for a few customers.
    selected = ("winback/lifecycle_states", "winback/dim_business", "winback/fct_returns")
    kept = ("int_transitions", "int_period_counts", "int_inactivity_spells", "int_returns", "int_purchase_gaps")
    rows = {table: published.query(f"select * from winback_internal.{table} order by all") for table in kept}
    told = materialise(published, *selected, "winback/refreshes")
    assert told["success"] and told["materialised"] == sorted(selected)
    assert {table: published.query(f"select * from winback_internal.{table} order by all") for table in kept} == rows
    assert differences(published.warehouse, whole.warehouse) == []
    assert published.query("select count(*) from winback.refreshes") == [(5,)]
