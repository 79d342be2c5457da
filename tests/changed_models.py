"""Runs the dbt unit tests of models that differ from the common ancestor of this branch and main, for `make check`."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from orchestration.connections.systems import SYSTEMS
from orchestration.dbt_project import WORKING_FILE, dbt_executable, ensure_manifest
from orchestration.errors import WinbackError
from orchestration.settings import DBT_PROJECT, STATE

CHECK = STATE / "check"
ROOT = DBT_PROJECT.parent
# The same variables as in `ensure_manifest`, so that dbt finds the project parsed: with the models of all connections.
VARIABLES = json.dumps({"connected": " ".join(sorted(SYSTEMS)), "db_path": WORKING_FILE})


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, text=True, capture_output=True, check=False).stdout.strip()


def dbt(project: Path, target: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run dbt in its own folder, in which it creates its database."""
    where = ["--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(target), "--log-path", str(CHECK), "--vars", VARIABLES]
    environment = {**os.environ, "WINBACK_TARGET": "duckdb", "WINBACK_LANDING": str(ROOT / "tests" / "golden" / "landing")}
    done = subprocess.run([dbt_executable(), "--quiet", *arguments, *where], cwd=CHECK, env=environment, text=True, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}")
    return done


def manifest_of(commit: str) -> Path:
    """Return the folder with the manifest of a commit, which is parsed once."""
    folder = CHECK / commit
    if not (folder / "target" / "manifest.json").exists():
        shutil.rmtree(CHECK, ignore_errors=True)
        folder.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", commit, "dbt_project", "seeds"], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
        dbt(folder / "dbt_project", folder / "target", "parse")
    return folder / "target"


def main() -> None:
    target = ensure_manifest(systems=tuple(SYSTEMS)).parent
    main_branch = next((name for name in ("main", "origin/main") if git("rev-parse", "--verify", "--quiet", name)), "HEAD")
    base = git("merge-base", "HEAD", main_branch)
    state = ["--state", str(manifest_of(base))]
    changed = ["--select", "state:modified+1,test_type:unit", *state]
    tests = dbt(DBT_PROJECT, target, "ls", "--resource-type", "unit_test", *changed).stdout.split()
    if not tests:
        print(f"No model differs from {base[:10]}: no dbt unit test to run.")
        return
    # The tables that the tests' rows replace have to exist: those of the golden landing. With the seeds dbt creates the schema also where nothing else is built.
    (CHECK / WORKING_FILE).unlink(missing_ok=True)
    dbt(DBT_PROJECT, target, "build", "--resource-type", "model", "--resource-type", "seed", "--select", "+state:modified", "resource_type:seed", *state)
    dbt(DBT_PROJECT, target, "test", *changed)
    print(f"Passed: {len(tests)} dbt unit tests of what differs from {base[:10]}.")


if __name__ == "__main__":
    try:
        main()
    except WinbackError as error:
        sys.exit(str(error))
