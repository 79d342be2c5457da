"""Runs each measured command in its own process: seconds, and the peak memory of it or its children."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from events import BUSINESSES, EVENT_KINDS, EXIT_REASONS

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
HISTORY_ENDS = "2024-12-31"

def copy_project(folder: Path) -> None:
    """Copy the dbt project and its orchestration, and configure them for the generated shop."""
    for name in ("dbt_project", "orchestration"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.duckdb", "target", "logs"))
    (folder / "seeds").mkdir()
    for name, text in (("businesses", BUSINESSES), ("event_kinds", EVENT_KINDS), ("exit_reasons", EXIT_REASONS)):
        (folder / "seeds" / f"{name}.csv").write_text(text)
    (folder / "dagster").mkdir()
    (folder / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")


def environment_of(folder: Path, landing: Path) -> dict[str, str]:
    """Return the environment of a copied project."""
    return {
        **os.environ,
        "WINBACK_LANDING": str(landing),
        "WINBACK_WAREHOUSE": str(folder / "published" / "warehouse.duckdb"),
        "WINBACK_DBT_WAREHOUSE": str(folder / "core.duckdb"),
        "DAGSTER_HOME": str(folder / "dagster"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def timed(command: list[str], folder: Path, environment: dict[str, str] | None = None, *, fails: bool = False) -> dict:
    """Run a command to completion.

    Returns:
        Its output, wall seconds, and peak memory in GB. If the command fails, exit with its output.
    """
    with tempfile.TemporaryFile("w+") as output:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=environment, text=True, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        output.seek(0)
        text = output.read()
    if bool(process.returncode) != fails:
        sys.exit(text[-3000:])
    return {"output": text, "wall": wall, "memory": usage.ru_maxrss / 1024**2}


def script(name: str, *arguments: str) -> dict:
    """Run a script beside this one; its printed total is its time."""
    done = timed([sys.executable, str(HERE / name), *arguments], HERE)
    total = next(line for line in done["output"].splitlines() if line.startswith("total"))
    return {"seconds": float(total.split()[1]), "memory": done["memory"]}


def build_core(folder: Path, environment: dict[str, str]) -> dict:
    """Build the core from scratch with plain dbt, including tests."""
    for leftover in folder.glob("core.duckdb*"):
        leftover.unlink()
    dbt = str(Path(sys.executable).with_name("dbt"))
    command = [dbt, "--quiet", "build", "--selector", "core", "--exclude-resource-type", "unit_test", "--vars", json.dumps({"as_of_date": HISTORY_ENDS})]
    done = timed(command, folder / "dbt_project", {**environment, "DBT_PROFILES_DIR": str(folder / "dbt_project")})
    results = json.loads((folder / "dbt_project" / "target" / "run_results.json").read_text())["results"]
    seconds: dict[str, dict[str, float]] = {"model": {}, "test": {}}
    for result in results:
        kind, _, name = result["unique_id"].split(".", 2)
        if kind in seconds:
            seconds[kind][name] = result["execution_time"]
    return {"models": seconds["model"], "tests": seconds["test"], "wall": done["wall"], "memory": done["memory"]}


def refresh(folder: Path, as_of: str, environment: dict[str, str]) -> dict:
    """Run what the command that people run does, including publishing, report and record; the seconds of each node are those reported by dbt."""
    done = timed([sys.executable, str(HERE / "refresh_once.py"), as_of], folder, environment)
    nodes = json.loads(done["output"].splitlines()[-1])
    with duckdb.connect(environment["WINBACK_WAREHOUSE"], read_only=True) as connection:
        new_rows, recomputed = connection.execute("select new_rows, customers_recomputed from winback.refreshes order by refresh_id desc limit 1").fetchone()
    return {**nodes, "wall": done["wall"], "memory": done["memory"], "new_rows": new_rows, "recomputed": recomputed}
