"""The dbt project by itself: plain `dbt build`, with its unit tests, for those who want no Dagster."""

import shutil
import subprocess

from orchestration.dbt import dbt_executable
from projects import GOLDEN, Project


def test_plain_dbt_build_passes_and_writes_a_file_of_its_own(project: Project) -> None:
    shutil.copytree(GOLDEN / "landing", project.landing)
    command = [dbt_executable(), "build", "--vars", '{"as_of_date": "2025-06-30"}']
    done = subprocess.run(command, cwd=project.folder / "dbt_project", env=project.env(), text=True, capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    assert " ERROR=0 " in done.stdout and " WARN=0 " in done.stdout
    assert not project.warehouse.exists()
    project.warehouse = project.folder / "dbt_project" / "warehouse_dev.duckdb"
    assert project.query("select count(*) from winback.lifecycle_states") == [(142,)]


def test_the_project_parses_without_a_deprecation(project: Project) -> None:
    command = [dbt_executable(), "parse", "--no-partial-parse", "--show-all-deprecations", "--warn-error"]
    done = subprocess.run(command, cwd=project.folder / "dbt_project", env=project.env(), text=True, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
