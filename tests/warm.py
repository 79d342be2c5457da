"""Runs commands without importing Dagster and dbt again: each is forked from a process that has imported them, and none of our modules.

A command has its own process, environment, folder and output, as from a shell; only the seconds before its first line are saved.
Tests of the command line itself, of signals and of kills start real processes.
"""

import contextlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

LIMIT = 900  # seconds, for commands that never end


class Warm:
    """One process that forks for each command."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen([sys.executable, __file__], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, arguments: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
        """Run Python with these arguments: `-m` and a module, or `-c` and a program, and its own arguments."""
        sys.audit("subprocess.Popen", sys.executable, arguments, folder, environment)  # counts as a process like any other
        with tempfile.TemporaryDirectory() as outputs:
            names = [f"{outputs}/{name}" for name in ("out", "err")]
            self._process.stdin.write(json.dumps([arguments, str(folder), environment, *names]) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            out, err = (Path(name).read_text(encoding="utf-8") for name in names)
        return subprocess.CompletedProcess(arguments, code, out, err)


@cache
def _warm() -> Warm:
    return Warm()


def run(arguments: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    """Run Python as `Warm.run` does, in a fork of this worker's warm process."""
    return _warm().run(arguments, folder, environment)


def serve() -> None:
    """Fork for each command read from standard input, and answer with its exit code."""
    import dagster
    import dagster_dbt  # noqa: F401
    import psycopg2  # noqa: F401
    from dbt.cli import main  # noqa: F401

    with dagster.DagsterInstance.ephemeral():  # imports the modules that store Dagster's events
        pass  # Not DuckDB: it starts a thread, and threads do not survive a fork.
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            become(*json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def become(arguments: list[str], folder: str, environment: dict[str, str], out: str, err: str) -> None:
    """Become the process of the command; it ends with the command."""
    for number, path in enumerate(("/dev/null", out, err)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    signal.alarm(LIMIT)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    kind, what, *rest = arguments
    sys.path[0] = folder
    sys.argv = [what if kind == "-m" else kind, *rest]
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(what, {"__name__": "__main__"})  # noqa: S102 - as `python -c` does
    sys.exit()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        serve()
