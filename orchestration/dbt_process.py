"""The process in which a refresh runs dbt: it loads dbt while the refresh is being planned, and gets its job once there is one."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.dbt_project import ensure_manifest, without_traceback
from orchestration.settings import DBT_PROJECT, target

RUNNER = Path(__file__).with_name("dbt_runner.py")
# Nobody reads dbt's log or its artifacts: they would be deleted with the build, and writing them takes longer than the tables of a small company.
QUIET = ["--log-level", "none", "--log-level-file", "none", "--no-write-json"]


@dataclass
class DbtRun:
    """What a run of dbt has told.

    Attributes:
        success: whether every node succeeded.
        results: the results of the nodes, as `dbt_runner.py` writes them.
        messages: what macros logged.
        errors: what dbt logged as errors, and what it printed if it ended without results.
    """

    success: bool = False
    results: list[dict[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class DbtProcess:
    """A process that has dbt and the parsed project loaded. As a context, it is killed at the end.

    Args:
        log: called if the project has to be parsed first.

    Raises:
        WinbackError: the project does not parse.
    """

    def __init__(self, log: Callable[[str], None]) -> None:
        parsed = ensure_manifest(log).with_name("partial_parse.msgpack")
        environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_PROFILES_DIR": str(DBT_PROJECT), "DBT_PROJECT_DIR": str(DBT_PROJECT)}
        self._process = subprocess.Popen(
            [sys.executable, str(RUNNER), str(parsed), target(), str(os.getpid())],
            cwd=DBT_PROJECT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        )  # fmt: skip

    def __enter__(self) -> "DbtProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Kill the process, if it lives: at once, for its build is published or thrown away."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def run(self, arguments: Sequence[str], variables: dict[str, Any], target_path: Path, report: Callable[[dict[str, Any]], None]) -> DbtRun:
        """Run dbt, once.

        Args:
            arguments: the command with its options.
            variables: the dbt variables.
            target_path: the folder for dbt's own files.
            report: called with each node that has ended.

        Returns:
            What it told. It fails no differently for a process that died.
        """
        own = [*QUIET, "--log-path", str(target_path), *arguments, "--target-path", str(target_path)]
        with contextlib.suppress(BrokenPipeError):  # A dead process has printed why.
            self._process.stdin.write(json.dumps({"arguments": own, "variables": variables}) + "\n")
            self._process.stdin.close()
        run, printed = DbtRun(), []
        for line in self._process.stdout:
            told = _told(line)
            if told is None:
                printed.append(line)
            elif "node" in told:
                report(told["node"])
            elif "message" in told:
                run.messages.append(told["message"])
            elif "error" in told:
                run.errors.append(told["error"])
            else:
                run.success, run.results = told["success"], told["results"]
                run.errors += [told["exception"]] if told["exception"] else []
        if not run.success and not run.results and not run.errors:
            run.errors.append(without_traceback("".join(printed)) or "dbt ended without a word.")
        return run


def _told(line: str) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
