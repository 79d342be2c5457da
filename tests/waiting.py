"""Waits for another process; the time limits are for events that never happen."""

import subprocess
import time
from collections.abc import Callable

SECONDS = 300.0


def wait_for(condition: Callable[[], object], process: subprocess.Popen | None = None) -> None:
    """Wait until a condition is true, or the process that should make it true has ended."""
    deadline = time.monotonic() + SECONDS
    while not condition() and (process is None or process.poll() is None):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def wait_for_line(words: str, process: subprocess.Popen) -> str:
    """Return the first line with these words that a process writes to standard error."""
    lines = []
    for line in process.stderr:
        if words in line:
            return line
        lines.append(line)
    raise AssertionError("".join(lines))
