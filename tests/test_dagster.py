"""The Dagster definitions, and that any selection of assets is as safe as a whole refresh."""

import json
import subprocess
import sys

import pytest
from dagster import AssetKey

import warm
from orchestration.dbt_project import published_models
from projects import GOLDEN_AS_OF, Project

# Runs in a copy of the project: materialise a selection like the UI, and print what Dagster recorded.
MATERIALISE = """
import json, sys
from dagster import AssetKey, DagsterInstance
from orchestration.definitions import defs

keys = [AssetKey(key.split("/")) for key in json.loads(sys.argv[1])]
job = defs.resolve_implicit_global_asset_job_def()
config = {"ops": {"warehouse": {"config": json.loads(sys.argv[2])}}}
result = job.execute_in_process(run_config=config, instance=DagsterInstance.ephemeral(), raise_on_error=False, asset_selection=keys or None)
failures = [e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure]
print("RESULT" + json.dumps({
    "success": result.success,
    "materialised": sorted("/".join(e.asset_key.path) for e in result.get_asset_materialization_events()),
    "checks": [
        [e.asset_key.path[-1], e.passed, e.description]
        for e in (e.asset_check_evaluation_data for e in result.all_events if e.event_type_value == "ASSET_CHECK_EVALUATION")
    ],
    "failure": failures[0].description if failures and failures[0] else None,
}))
"""


def materialise(project: Project, *keys: str, **config: object) -> dict:
    done = warm.run(["-c", MATERIALISE, json.dumps(keys), json.dumps(config)], project.folder, project.env())
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT")), None)
    assert line, done.stderr
    return {**json.loads(line.removeprefix("RESULT")), "log": done.stderr}


def test_definitions_hold_the_job_the_schedule_and_every_public_table() -> None:
    from orchestration.definitions import defs

    assert defs.resolve_job_def("refresh")
    assert defs.resolve_schedule_def("nightly").cron_schedule == "0 2 * * *"
    graph = defs.resolve_asset_graph()
    keys = {key.path[-1] for key in graph.materializable_asset_keys}
    assert keys == set(published_models())
    public = {"dim_business", "rejected_rows", "lifecycle_states", "lifecycle_transitions", "fct_lifecycle", "fct_win_back", "fct_reactivation", "fct_retention"}
    assert public <= keys
    checked = {key.asset_key.path[-1] for key in graph.asset_check_keys}
    assert public <= checked, "every public table has dbt tests as asset checks"


def test_dependencies_lead_through_private_tables_to_the_landing() -> None:
    from orchestration.definitions import defs

    graph = defs.resolve_asset_graph()
    parents = {key.path[-1]: {"/".join(parent.path) for parent in graph.get(key).parent_keys} for key in graph.materializable_asset_keys}
    assert {"landing/events", "landing/customer_merges"} <= parents["lifecycle_transitions"] and "winback/dim_business" in parents["fct_win_back"]
    assert AssetKey(["landing", "events"]) in graph.external_asset_keys and parents["dim_metric"] == set()
    assert {parent.split("/")[0] for of_table in parents.values() for parent in of_table} == {"landing", "winback"}


@pytest.mark.builds
def test_the_command_line_imports_neither_dagster_nor_dbt(bare_toy: Project) -> None:
    program = "import sys, orchestration.cli, orchestration.run; print(sorted({'dagster', 'dagster_dbt', 'dbt', 'dlt'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=bare_toy.folder, env=bare_toy.env(), text=True, capture_output=True, check=True)
    assert done.stdout == "[]\n"


def test_a_selection_keeps_the_published_date_and_publishes(toy: Project) -> None:
    before = toy.query("select * from winback.fct_win_back order by all")
    told = materialise(toy, "winback/fct_win_back")
    assert told["success"] and told["materialised"] == ["winback/fct_win_back"]
    assert f"Warehouse: {toy.warehouse}" in told["log"] and told["checks"] and all(passed for _, passed, _ in told["checks"])
    assert toy.query("select * from winback.fct_win_back order by all") == before
    assert toy.query("select distinct as_of_date::varchar from winback.dim_business") == [(GOLDEN_AS_OF,)]


def test_a_selection_for_another_date_is_refused(toy: Project) -> None:
    told = materialise(toy, "winback/fct_win_back", as_of="2025-01-01")
    assert not told["success"] and "keeps the published as-of date, 2025-06-30" in told["failure"]


def test_a_selection_needs_something_published(bare_toy: Project) -> None:
    bare_toy.land("events", [{"event_id": "e", "business_id": "shop", "customer_id": "c", "event_name": "order", "occurred_at": "2025-01-01", "loaded_at": "2025-01-01"}])
    told = materialise(bare_toy, "winback/fct_win_back")
    assert not told["success"] and "Nothing is published yet" in told["failure"]


def test_what_cannot_be_read_is_not_shown_as_materialised(toy: Project) -> None:
    toy.land_more(customer="breaks a rule")
    told = materialise(toy)
    assert not told["success"] and told["materialised"] == []
    assert ["lifecycle_states", False, "lifecycle_states: a customer breaks a rule (1 row)"] in told["checks"]


def test_dagsters_own_tools_find_the_job_from_the_projects_root(bare_toy: Project) -> None:
    (bare_toy.folder / ".winback" / "dagster").mkdir(parents=True)
    command = [sys.executable, "-m", "dagster", "job", "list"]
    done = subprocess.run(command, cwd=bare_toy.folder, env=bare_toy.env(), text=True, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0 and "Job: refresh" in done.stdout, done.stderr
