"""What a night leaves out: nothing that would come out differently."""

import json
import re
from pathlib import Path

from orchestration.dbt import ensure_manifest
from orchestration.unchanged import RUN, UNDATED
from projects import Project
from warehouses import differences

# What tells a run whose rows it replaces: no row of an undated table hangs on it, only which rows are looked at.
WHOSE_ROWS = {"int_this_refresh", "int_configurations", "int_touched_customers", "int_customer_days_before", "int_customer_segments_before", "int_transitions_before"}
LAST = "select refresh_id, new_rows, customers_recomputed from winback.refreshes order by refresh_id desc limit 1"


def nodes_of(told: str) -> int:
    """How many seeds, models and tests a refresh ran, as it said."""
    return int(re.findall(r"^ *\d+ of (\d+)  ", told, re.MULTILINE)[-1])


def refreshed_anew(project: Project, as_of: str, name: str) -> Path:
    """The same landing and configuration, built from nothing."""
    whole = Project(project.folder, project.landing, project.folder / name / "warehouse.duckdb")
    whole.refresh(as_of)
    return whole.warehouse


def test_undated_models_read_undated_ones() -> None:
    manifest = json.loads(ensure_manifest().read_text())
    undated = {unique_id for unique_id, node in manifest["nodes"].items() if UNDATED in node["tags"]}
    read = {parent for unique_id in undated for parent in manifest["parent_map"][unique_id]}
    assert RUN in read
    assert {unique_id.split(".")[-1] for unique_id in read - undated if not unique_id.startswith("source.")} == WHOSE_ROWS
    assert not [manifest["nodes"][unique_id]["name"] for unique_id in undated if "public" in manifest["nodes"][unique_id]["tags"]]


def test_whatever_is_left_out_a_night_ends_as_a_full_build(published: Project) -> None:
    everything = nodes_of(published.refresh("2025-06-30", "--full").stderr)

    quiet = nodes_of(published.refresh("2025-08-15").stderr)
    assert published.query(LAST) == [(3, 0, 0)]
    assert quiet < 0.75 * everything
    assert differences(published.warehouse, refreshed_anew(published, "2025-08-15", "quiet")) == []

    # A country, and a touch that waits for its campaign; the campaign, and an answer; a merge, with nothing else new.
    published.land("customers", [{"business_id": "shop", "customer_id": "once", "country": "IT", "contactable": "true"}])
    published.land("campaign_touches", [{"touch_id": "t1", "business_id": "shop", "campaign_id": "mail", "customer_id": "once", "touched_at": "2025-02-01", "arm": "treatment"}])
    some = nodes_of(published.refresh("2025-08-15").stderr)
    assert quiet < some < everything
    assert published.query("select row_id, reason from winback.rejected_rows where landing_table = 'campaign_touches'") == [("t1", "unknown_campaign")]
    published.land("campaigns", [{"business_id": "shop", "campaign_id": "mail", "name": "Mail"}])
    published.land("survey_responses", [{"response_id": "r1", "business_id": "shop", "customer_id": "gap_D", "answered_at": "2025-01-15", "survey": "nps", "score": "9"}])
    published.refresh("2025-08-15")
    assert published.query("select count(*) from winback.fct_campaign_performance")[0][0] > 0
    merges = (published.landing / "customer_merges.csv").read_text()
    (published.landing / "customer_merges.csv").write_text(f"{merges}shop,once,gap_D,2025-08-01T00:00:00Z,2025-08-01T01:00:00Z\n")
    published.refresh("2025-08-16")
    assert published.query("select count(*) from winback.lifecycle_states where business_id = 'shop' and customer_id = 'once'") == [(0,)]
    assert differences(published.warehouse, refreshed_anew(published, "2025-08-16", "news")) == []
