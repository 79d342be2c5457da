"""Questions to MetricFlow, by its own command line."""

import csv
import subprocess
import sys
from pathlib import Path

from projects import Project

# MetricFlow looks for news of itself at every call: nowhere, please.
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


def tool(project: Project, name: str, *arguments: str) -> subprocess.CompletedProcess:
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    return subprocess.run(command, check=False, cwd=project.folder / "dbt_project", env=project.env(), text=True, capture_output=True, timeout=300)


def ask(project: Project, metrics: list[str], by: str, where: str | None = None) -> list[dict[str, str]]:
    """The rows of MetricFlow's answer."""
    out = project.folder / "answer.csv"
    asked = ["--metrics", ",".join(metrics), "--group-by", by, *(["--where", where] if where else []), "--csv", str(out)]
    done = tool(project, "mf", "query", *asked)
    assert done.returncode == 0, done.stdout + done.stderr
    with out.open(newline="") as file:
        return list(csv.DictReader(file))


def same(found: str, wanted: object) -> bool:
    """Null for null, counts exactly, shares to the last places."""
    if wanted is None or found == "":
        return wanted is None and found == ""
    return float(found) == wanted if isinstance(wanted, int) else abs(float(found) - float(wanted)) <= 1e-12 * max(1, abs(float(wanted)))
