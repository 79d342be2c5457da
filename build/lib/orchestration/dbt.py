"""The dbt project as Dagster and the command line see it: its manifest, its executable, its variables."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from orchestration.errors import WinbackError
from orchestration.settings import DBT_PROJECT, STATE

TARGET = DBT_PROJECT / "target"
MANIFEST = TARGET / "manifest.json"


def dbt_executable() -> str:
    """The dbt that is installed beside this Python, which need not be on PATH.

    Returns:
        Its path, or plain `dbt` where there is none beside us.
    """
    beside = Path(sys.executable).with_name("dbt")
    return str(beside) if beside.exists() else "dbt"


def ensure_manifest() -> Path:
    """Parse the dbt project where its manifest is missing or older than the project.

    Returns:
        The path of an up-to-date manifest.

    Raises:
        WinbackError: the project does not parse; dbt's own words are in the message.
    """
    sources = [path for path in DBT_PROJECT.rglob("*") if path.suffix in (".sql", ".yml", ".md") and TARGET not in path.parents]
    if MANIFEST.exists() and MANIFEST.stat().st_mtime >= max(path.stat().st_mtime for path in sources):
        return MANIFEST
    STATE.mkdir(exist_ok=True)
    # Parsed aside and moved into place: another process may be reading the old one.
    with tempfile.TemporaryDirectory(dir=STATE) as aside:
        command = [dbt_executable(), "--quiet", "parse", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", aside, "--log-path", aside]
        result = subprocess.run(command, cwd=DBT_PROJECT, capture_output=True, text=True, env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"})
        if result.returncode != 0:
            raise WinbackError(f"The dbt project does not parse:\n{result.stdout.strip() or result.stderr.strip()}")
        TARGET.mkdir(exist_ok=True)
        for name in ("partial_parse.msgpack", "manifest.json"):
            shutil.move(Path(aside) / name, TARGET / name)
    return MANIFEST


def build_vars(database: Path, landing: Path, as_of: date | None) -> dict[str, str]:
    """The dbt variables of a build.

    Args:
        database: the file to build in.
        landing: the folder of raw files.
        as_of: the last date counted; None leaves it to the project.

    Returns:
        Names and values for `--vars`.
    """
    return {"db_path": str(database), "landing": str(landing), "as_of_date": as_of.isoformat() if as_of else ""}


def failure_messages(results: Sequence[dict]) -> list[str]:
    """What went wrong in a dbt run, in one paragraph a cause.

    Args:
        results: the `results` of dbt's run_results.json.

    Returns:
        A message for each node that failed; those skipped because of it are left out.
    """
    messages = []
    for result in results:
        if result["status"] not in ("error", "fail", "runtime error"):
            continue
        kind, _, name = result["unique_id"].split(".", 2)
        name = name.rsplit(".", 1)[0] if kind == "test" and name.rsplit(".", 1)[-1].isalnum() else name
        text = _without_call_stack(result.get("message") or "")
        if kind == "test" and result["status"] == "fail":
            messages.append(f"Test {name} failed: {result.get('failures')} rows are not as they must be.")
        elif text.startswith("Compilation Error"):
            messages.append(" ".join(text.splitlines()[1:]).strip())
        else:
            messages.append(f"{kind.capitalize()} {name}: {text}")
    return messages


def _without_call_stack(message: str) -> str:
    lines = [line.strip() for line in message.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("> "))
