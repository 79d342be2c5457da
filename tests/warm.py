"""Runs commands without importing Dagster and dbt again: each is forked from a process that has imported them, and none of our modules.

A command has its own process, environment, folder and output, as from a shell; only the seconds before its first line are saved. So has the process in
which a refresh runs dbt, which is forked before the command begins: a process with threads, as DuckDB's, cannot be forked.
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
from types import SimpleNamespace
from typing import Any

LIMIT = "900"  # seconds, for commands that never end


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
    signal.alarm(int(environment.get("WARM_LIMIT", LIMIT)))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    kind, what, *rest = arguments
    sys.path[0] = folder
    if [kind, what] == ["-m", "orchestration"] and rest[:1] != ["show"]:
        use(ForkedRunner())
    sys.argv = [what if kind == "-m" else kind, *rest]
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(what, {"__name__": "__main__"})  # noqa: S102 - as `python -c` does
    sys.exit()


class ForkedRunner:
    """The process of `dbt_runner.py`, which waits for its command. It has as much of `subprocess.Popen` as a refresh uses."""

    def __init__(self) -> None:
        read, write = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            for number, end in enumerate((read[0], write[1], write[1])):
                os.dup2(end, number)
            os.closerange(3, 1024)
            run_as_told()
        os.close(read[0])
        os.close(write[1])
        self.stdin, self.stdout = os.fdopen(read[1], "w", encoding="utf-8"), os.fdopen(write[0], encoding="utf-8")

    def kill(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        if self.pid:
            os.waitpid(self.pid, 0)
            self.pid = 0


def run_as_told() -> None:
    """Run the script of the first line of standard input; the script reads what follows."""
    line = b""
    while not line.endswith(b"\n"):
        if not (read := os.read(0, 1)):
            os._exit(0)  # There was nothing to run.
        line += read
    arguments, folder, environment, mask = json.loads(line)
    os.umask(mask)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - to the end of the process
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = arguments
    try:
        runpy.run_path(arguments[0], run_name="__main__")
    finally:
        sys.stdout.flush()
        os._exit(0)


def use(runner: ForkedRunner) -> None:
    """Have the first refresh of this process run dbt there."""
    from orchestration import dbt_process

    waiting = [runner]

    def start(command: list[str], *, cwd: Path, env: dict[str, str], **options: Any) -> ForkedRunner | subprocess.Popen:
        if not waiting:
            return subprocess.Popen(command, cwd=cwd, env=env, **options)
        started = waiting.pop()
        mask = os.umask(0o077)
        os.umask(mask)
        started.stdin.write(json.dumps([command[1:], str(cwd), env, mask]) + "\n")
        started.stdin.flush()
        return started

    dbt_process.subprocess = SimpleNamespace(Popen=start, PIPE=subprocess.PIPE, STDOUT=subprocess.STDOUT)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        serve()
