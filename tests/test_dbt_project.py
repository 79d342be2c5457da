"""The dbt project without Dagster: plain `dbt build`, and its unit tests."""

import itertools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from orchestration.connections.systems import SYSTEMS
from orchestration.dbt_project import dbt_executable, ensure_manifest, manifest
from orchestration.settings import DBT_PROJECT
from projects import GOLDEN, ROOT, Project


def dbt(project: Project, *arguments: str) -> str:
    """Run dbt; return its output. It must succeed without a warning."""
    command = [dbt_executable(), *arguments]
    done = subprocess.run(command, cwd=project.folder / "dbt_project", env=project.env(), text=True, capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    assert " ERROR=0 " in done.stdout and " WARN=0 " in done.stdout
    return done.stdout


def test_plain_dbt_build_passes_and_writes_a_file_of_its_own(project: Project) -> None:
    shutil.copytree(GOLDEN / "landing", project.landing)
    dbt(project, "build", "--exclude-resource-type", "unit_test", "--vars", '{"as_of_date": "2025-06-30"}')
    assert not project.warehouse.exists()
    project.warehouse = project.folder / "dbt_project" / "warehouse_dev.duckdb"
    assert project.query("select count(*) from winback.lifecycle_states") == [(236,)]


@pytest.mark.builds
@pytest.mark.parametrize("variables", [{}, {"is_rebuild": False, "refresh_id": 2, "as_of_date": "2025-06-30", "previous_as_of_date": "2025-06-29"}])
def test_all_sql_compiles_without_a_warehouse_or_a_landing(tmp_path: Path, variables: dict) -> None:
    """For a rebuild and for an incremental refresh; dbt rejects every query to a warehouse (`--no-introspect`)."""
    environment = {**os.environ, "WINBACK_DBT_WAREHOUSE": ":memory:", "WINBACK_LANDING": str(tmp_path / "none"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    where = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(tmp_path), "--log-path", str(tmp_path)]
    command = [dbt_executable(), "compile", "--no-introspect", *where, "--vars", json.dumps(variables)]
    done = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    deltas = (tmp_path / "compiled" / "winback" / "models" / "metrics" / "int_transition_deltas.sql").read_text()
    assert ('"published"' in deltas) == bool(variables)


def test_the_unit_tests_pass(published: Project) -> None:
    """Run them, with those of all connections, on a warehouse that has the tables they mock, under the name for which the project is parsed."""
    parsed = ensure_manifest(systems=tuple(SYSTEMS))
    published.warehouse.rename(published.folder / "dbt_project" / "warehouse.duckdb")
    target = published.folder / parsed.parent.relative_to(ROOT)
    shutil.copytree(parsed.parent, target, dirs_exist_ok=True)
    variables = json.dumps({"connected": " ".join(sorted(SYSTEMS)), "db_path": "warehouse.duckdb"})
    said = dbt(published, "test", "--select", "test_type:unit", "--target-path", str(target), "--vars", variables)
    count = len(json.loads(parsed.read_text())["unit_tests"])
    assert count > 200 and f" {count} unit tests in " in said


def test_the_path_of_an_event_in_the_docs_is_that_of_the_models() -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    path = re.findall(r"^\d+\. `(\w+)`", page, re.MULTILINE)
    read = {name.split(".")[-1]: {parent.split(".")[-1] for parent in parents} for name, parents in manifest()["parent_map"].items() if name.startswith("model.")}
    assert [model for above, model in itertools.pairwise(path) if above not in read.get(model, ())] == []
    assert (path[0], path[-1], len(path)) == ("landed_events", "fct_win_back", 14)
