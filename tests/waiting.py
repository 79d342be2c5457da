"""Waiting for what another process does; the time limits are for what never happens."""

import subprocess
import time
from collections.abc import Callable

SECONDS = 300.0


def wait_for(condition: Callable[[], object], process: subprocess.Popen | None = None) -> None:
    """Wait until something is true, or the process has ended that is to make it so."""
    deadline = time.monotonic() + SECONDS
    while not condition() and (process is None or process.poll() is None):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def wait_for_line(words: str, process: subprocess.Popen) -> str:
    """The first line with these words that a process writes to standard error."""
    lines = []
    for line in process.stderr:
        if words in line:
            return line
        lines.append(line)
    raise AssertionError("".join(lines))
