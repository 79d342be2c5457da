"""The dbt project: its manifest, its tables, the version of its code, and what its failures mean."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.connections.configured import connected_systems
from orchestration.errors import WinbackError
from orchestration.settings import DBT_PROJECT, SEEDS, STATE, target

TARGET = DBT_PROJECT / "target"
# On a server, the schema for which all nodes are parsed: the one they are published in. `dbt_runner.py` redirects a build elsewhere.
BUILD_SCHEMA = "winback_internal"
# Holds the format number of the landed rows. It is no model: the start of a run writes it (macros/landing/format.sql).
FORMAT_TABLE = "warehouse_format"
# The column in which a data test names its broken rule.
NAMES_RULES = "broken_rule"
# On DuckDB, the file of a build, after which dbt names its database.
WORKING_FILE = "warehouse.duckdb"


def dbt_executable() -> str:
    """Return the dbt that is installed beside this Python, which need not be on PATH.

    Returns:
        Its path, or plain `dbt` if there is none beside this Python.
    """
    beside = Path(sys.executable).with_name("dbt")
    return str(beside) if beside.exists() else "dbt"


def ensure_manifest(log: Callable[[str], None] = lambda _: None, systems: Sequence[str] | None = None) -> Path:
    """Parse the dbt project if its manifest is missing or older than the project.

    Every node contains the names of its database and schema, so each database has its own manifest, and so has each set of connected systems. On DuckDB one manifest serves every
    warehouse, because the build file always has the same name, whatever the published file is called.

    Args:
        log: called if the project is parsed, which takes seconds.
        systems: the connected systems; by default those of seeds/connections.csv.

    Returns:
        The path of an up-to-date manifest. dbt's own binary form lies beside it.

    Raises:
        WinbackError: the project does not parse; the message quotes dbt.
    """
    engine = target()
    database = {"duckdb": WORKING_FILE, "postgres": os.environ.get("PGDATABASE", "postgres"), "spark": "cluster"}[engine]
    connected = connected_systems(SEEDS) if systems is None else sorted(systems)
    folder = TARGET / "parsed" / version("dbt-core") / engine / database / ("_".join(connected) or "unconnected")
    manifest = folder / "manifest.json"
    files = _project_files(".sql", ".yml", ".md", ".csv")
    # A folder's own time shows that a file was removed from it. The project's own folder is left out: its time changes with every build.
    folders = {folder for path in files for folder in path.parents if DBT_PROJECT in folder.parents}
    newest = max(path.stat().st_mtime for path in (*files, *folders))
    if manifest.exists() and manifest.stat().st_mtime >= newest:
        return manifest
    log("Parsing the dbt project, as after each change of it.")
    STATE.mkdir(exist_ok=True)
    variables = {"connected": " ".join(connected), **({"db_path": database} if engine == "duckdb" else {"build_schema": BUILD_SCHEMA})}
    # Parsed aside and moved into place, because another process may be reading the old manifest.
    with tempfile.TemporaryDirectory(dir=STATE) as aside:
        where = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", aside, "--log-path", aside]
        command = [dbt_executable(), "--quiet", "parse", *where, "--vars", json.dumps(variables, ensure_ascii=False)]
        environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        result = subprocess.run(command, cwd=DBT_PROJECT, capture_output=True, text=True, env=environment, check=False)
        if result.returncode != 0:
            raise WinbackError(f"The dbt project does not parse:\n{result.stdout.strip() or result.stderr.strip()}")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("partial_parse.msgpack", "manifest.json"):
            shutil.move(Path(aside) / name, folder / name)
    return manifest


def manifest() -> dict[str, Any]:
    """Return dbt's manifest: the project's nodes, sources and dependencies.

    Returns:
        An up-to-date manifest. It is shared, so callers must not change it.

    Raises:
        WinbackError: the project does not parse.
    """
    path = ensure_manifest()
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int) -> dict[str, Any]:
    return json.loads(path.read_text())


def code_version(adapters: Sequence[str]) -> str:
    """Hash everything that determines how rows become tables: the dbt project and the engine that runs it.

    Args:
        adapters: the packages of the engine's adapter.

    Returns:
        A short hash. If it differs from the last refresh's, that refresh's tables cannot be updated incrementally.
    """
    digest = hashlib.blake2b(digest_size=8)
    for package in ("dbt-core", *adapters):
        digest.update(f"{package} {version(package)}\n".encode())
    for path in sorted(_project_files(".sql", ".yml", ".csv")):
        digest.update(str(path.relative_to(DBT_PROJECT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def kept_tables(*, landed: bool = True) -> list[str]:
    """List the tables that survive a full rebuild: the landed rows with their format number, and the ledgers, whose models set `full_refresh: false`.

    Args:
        landed: whether to keep the landed rows and the records of their files.

    Returns:
        The table names; on DuckDB with their schemas.
    """
    kept = [(node["schema"], node["alias"]) for node in _models() if node["config"].get("full_refresh") is False]
    kept = [(schema, table) for schema, table in kept if landed or not table.startswith("landed_")]
    return sorted(f"{schema}.{table}" if target() == "duckdb" else table for schema, table in [*kept, (BUILD_SCHEMA, FORMAT_TABLE)])


def published_models() -> list[str]:
    """List the public tables, those configured for schema `winback`.

    Returns:
        The table names.
    """
    return sorted(node["alias"] for node in _models() if node["config"].get("schema") == "winback")


def _models() -> list[dict]:
    return [node for node in manifest()["nodes"].values() if node["resource_type"] == "model"]


def _project_files(*suffixes: str) -> list[Path]:
    return [path for path in DBT_PROJECT.rglob("*") if path.suffix in suffixes and TARGET not in path.parents]


def failure_messages(results: Sequence[dict], broken_rules: Sequence[str] = ()) -> list[str]:
    """Describe what failed in a dbt run, one paragraph per cause.

    Args:
        results: the results of the nodes, as `dbt_runner.py` writes them.
        broken_rules: what dbt logged at its end for tests that name their broken rules (macros/refresh/broken_rules.sql).

    Returns:
        A message for each failed node, or for each of its broken rules. Nodes skipped because of it are left out.
    """
    messages = [f"{rule}." for rule in broken_rules]
    for result in results:
        if result["status"] not in ("error", "fail", "runtime error"):
            continue
        kind, _, name = result["unique_id"].split(".", 2)
        name = name.rsplit(".", 1)[0] if kind == "test" and name.rsplit(".", 1)[-1].isalnum() else name
        text = _without_call_stack(result.get("message") or "")
        if "CSV Parser state machine" in text:
            file = next((line.removeprefix("file = ") for line in text.splitlines() if line.startswith("file = ")), "a CSV file")
            messages.append(f"The lines of {file} do not all end alike (a line feed in some, a carriage return in others). Write them all in one way.")
        elif re.search(r"to (type )?DECIMAL\(|numeric field overflow", text):  # The message may contain a customer's value.
            messages.append(
                f"{kind.capitalize()} {name}: a sum is larger than its column can hold. Amounts of events that are too large are dropped before, so look for "
                "costs of touches and campaigns that are too large to be true, and correct them."
            )
        elif broken_rules and result["status"] == "fail" and NAMES_RULES in (result.get("compiled_code") or ""):
            continue
        elif kind == "test" and result["status"] == "fail":
            messages.append(f"Test {name} failed: {result.get('failures')} rows are not as they must be.")
        elif text.startswith("Compilation Error"):
            messages.append(" ".join(text.splitlines()[1:]).strip())
        else:
            messages.append(f"{kind.capitalize()} {name}: {text}")
    return messages


def without_traceback(message: str) -> str:
    """Reduce an exception inside dbt, such as a full disk, to its final message.

    Args:
        message: dbt's message, with or without a Python traceback.

    Returns:
        The message only.
    """
    lines = [line.strip() for line in message.strip().splitlines() if line.strip()]
    return lines[-1] if "Traceback (most recent call last)" in message else message


def _without_call_stack(message: str) -> str:
    lines = [line.strip() for line in message.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("> "))
