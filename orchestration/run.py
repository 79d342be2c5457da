"""The refresh of the command line: it runs in this process, and another one records it in Dagster."""

import contextlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from uuid import uuid4

from orchestration import outcome
from orchestration.announcement import announce
from orchestration.checks import CHECKS, findings_of
from orchestration.data_checks import Findings
from orchestration.errors import WinbackError
from orchestration.refresh import refresh
from orchestration.refreshers import end_line
from orchestration.request import Request
from orchestration.results import Result
from orchestration.settings import ROOT, Settings, load_settings
from orchestration.warehouses import Warehouse, warehouse_of

Log = Callable[[str], None]


class Recording:
    """The process that records this refresh as a run of Dagster, once it is started.

    Args:
        request: the options of the refresh.
        log: called with messages for people, which are recorded too.
    """

    def __init__(self, request: Request, log: Log) -> None:
        self.run_id = str(uuid4())
        self._request = request
        self._log = log
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it, unless it has been started."""
        if self._process is None:
            command = [sys.executable, "-m", "orchestration.recorder", self.run_id, json.dumps(asdict(self._request))]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self._process = subprocess.Popen(command, cwd=ROOT, env={**os.environ}, text=True, start_new_session=True, **pipes)

    def log(self, words: str) -> None:
        """Log a message, and record it."""
        self._log(words)
        self._write(json.dumps({"log": words}))

    def tell(self, end: Result | WinbackError) -> None:
        """Tell it how the refresh has ended. It records that while this process goes on.

        Args:
            end: its result, or why it failed.
        """
        if fault := getattr(end, "__cause__", None):
            self._write(json.dumps({"log": "".join(traceback.format_exception(fault))}))
        self._write(end_line(end))

    def end(self, findings: dict[str, Findings]) -> None:
        """Wait until everything is recorded.

        Args:
            findings: what each check of the published tables has found.
        """
        if self._process is None:
            return
        self._write(json.dumps({"findings": findings}, default=str))
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        problem = self._process.stdout.read().strip()
        if self._process.wait():
            self._log(f"WARNING: this refresh could not be recorded in Dagster. {problem or 'Its recorder ended without a word.'}")

    def _write(self, line: str) -> None:
        if self._process:
            with contextlib.suppress(BrokenPipeError):  # Its end says why.
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()


def run_refresh(request: Request, log: Log) -> Result:
    """Refresh the warehouse, show what was published, and record the run in Dagster's home, with those of `dagster dev`.

    Only a refresh that has something to build is recorded.

    Args:
        request: the options of the refresh.
        log: called with messages for people.

    Returns:
        What was published.

    Raises:
        WinbackError: nothing was published; the message says why.
        Stopped: a signal came.
    """
    settings = load_settings()
    log("Starting the refresh.")
    recording = Recording(request, log)
    on_build = recording.start if settings.records_runs else lambda: None
    try:
        result = refresh(request, recording.log, run_id=recording.run_id, on_build=on_build)
        if result.nodes:
            # The tables are published from here on: displaying them must not fail the refresh.
            recording.tell(result)
            announce(warehouse_of(settings), settings.report, recording.log)
            recording.end(_findings(warehouse_of(settings), settings, log))
    except WinbackError as failure:
        recording.tell(failure)
        recording.end({})
        raise
    except outcome.Stopped:
        recording.tell(WinbackError(outcome.words()))  # Its process goes on; nobody waits for it.
        raise
    return result


def _findings(warehouse: Warehouse, settings: Settings, log: Log) -> dict[str, Findings]:
    """Return what the checks find, and warn of it; Dagster logs that beside each check."""
    findings = {check.name: findings_of(check, warehouse, settings) for check in CHECKS}
    for warnings, _ in findings.values():
        for warning in warnings:
            log(f"WARNING: {warning}")
    outcome.stop_if_asked()
    return findings
