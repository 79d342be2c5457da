"""The dbt project by itself, for those who want no Dagster: plain `dbt build`, and its unit tests."""

import json
import shutil
import subprocess

from orchestration.dbt import dbt_executable, ensure_manifest
from projects import GOLDEN, ROOT, Project


def dbt(project: Project, *arguments: str) -> str:
    """What dbt says that passes without a warning."""
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


def test_the_unit_tests_pass(published: Project) -> None:
    """On a warehouse that has the tables they stand in for, by the name for which the project is parsed."""
    parsed = ensure_manifest()
    published.warehouse.rename(published.folder / "dbt_project" / "warehouse.duckdb")
    target = published.folder / parsed.parent.relative_to(ROOT)
    said = dbt(published, "test", "--select", "test_type:unit", "--target-path", str(target), "--vars", '{"db_path": "warehouse.duckdb"}')
    count = len(json.loads(parsed.read_text())["unit_tests"])
    assert count > 200 and f" {count} unit tests in " in said
