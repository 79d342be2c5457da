"""Queries to MetricFlow: in this process, because its command line takes many seconds to start, and by that command line."""

import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
from dbt.adapters.factory import reset_adapters
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest

from projects import Project

# MetricFlow's command line checks for updates at every call; this proxy address blocks that.
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


def tool(project: Project, name: str, *arguments: str) -> subprocess.CompletedProcess:
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    return subprocess.run(command, check=False, cwd=project.folder / "dbt_project", env=project.env(), text=True, capture_output=True, timeout=300)


@lru_cache(maxsize=1)
def engine(folder: Path, environment: frozenset[tuple[str, str]]) -> MetricFlowEngine:
    """Return MetricFlow as its command line sets it up, for one project at a time: dbt, which it connects through, supports one per process."""
    configuration = CLIConfiguration()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder / "dbt_project")
        for name, value in environment:
            patch.setenv(name, value)
        reset_adapters()
        configuration.setup(configure_file_logging=False)
        return configuration.mf


def ask(project: Project, metrics: list[str], by: str, where: str | None = None) -> list[dict[str, str]]:
    """Return the rows of MetricFlow's answer as texts; null is empty."""
    asked = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=by.split(","), where_constraints=[where] if where else None)
    answer = engine(project.folder, frozenset(project.env().items() - os.environ.items())).query(asked).result_df
    return [dict(zip(answer.column_names, ("" if value is None else str(value) for value in row), strict=True)) for row in answer.rows]


def same(found: str, wanted: object) -> bool:
    """Compare null with null, counts exactly, and shares to the last decimal places."""
    if wanted is None or found == "":
        return wanted is None and found == ""
    return float(found) == wanted if isinstance(wanted, int) else abs(float(found) - float(wanted)) <= 1e-12 * max(1, abs(float(wanted)))
