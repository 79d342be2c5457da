"""What Dagster's assets call to refresh: the refresh itself, or the record of one that the command line runs."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Protocol

from orchestration import outcome
from orchestration.announcement import announce
from orchestration.checks import Check, findings_of
from orchestration.data_checks import Findings
from orchestration.errors import WinbackError
from orchestration.refresh import refresh
from orchestration.request import Request
from orchestration.results import Node, RefreshFailed, Result
from orchestration.settings import load_settings
from orchestration.warehouses import warehouse_of

Log = Callable[[str], None]


class Refresher(Protocol):
    """The work behind Dagster's assets and checks."""

    def refresh(self, request: Request, log: Log, run_id: str, tables: Sequence[str]) -> Result:
        """Refresh the warehouse, as `orchestration.refresh.refresh` does."""

    def findings(self, check: Check, log: Log) -> Findings:
        """Return what a check of the published tables finds."""


class Refreshing:
    """Refreshes in this process: what Dagster's daemon and its page start."""

    def refresh(self, request: Request, log: Log, run_id: str, tables: Sequence[str]) -> Result:
        """Refresh the warehouse, and announce what was published."""
        outcome.listen()
        result = refresh(request, log, run_id=run_id, tables=tables)
        if result.nodes:
            settings = load_settings()
            announce(warehouse_of(settings), settings.report, log)
        return result

    def findings(self, check: Check, _log: Log) -> Findings:
        """Run the check."""
        settings = load_settings()
        return findings_of(check, warehouse_of(settings), settings)


class Recorded:
    """Reads from standard input what a refresh of the command line says and comes to, as `Recording` writes it."""

    def __init__(self) -> None:
        self.has_succeeded = False
        self._findings: dict[str, Findings] | None = None

    def refresh(self, _request: Request, log: Log, _run_id: str, _tables: Sequence[str]) -> Result:
        """Follow the refresh until its tables are published."""
        told = _next(log)
        self.has_succeeded = True
        return Result(date.fromisoformat(told["as_of_date"]), _nodes(told["nodes"]), tuple(told["new_files"].items()))

    def findings(self, check: Check, log: Log) -> Findings:
        """Return what the command line has found, once it has."""
        if self._findings is None:
            self._findings = _next(log)["findings"]
        return self._findings.get(check.name, ([], []))


def _next(log: Log) -> dict[str, Any]:
    """Log what the refresh says until it has come to something, and return that."""
    for line in sys.stdin:
        told = json.loads(line)
        if "failed" in told:
            raise RefreshFailed(told["failed"], _nodes(told["nodes"]), tuple(told["broken_rules"]))
        if "log" not in told:
            return told
        log(told["log"])
    raise WinbackError(outcome.KILLED)


def end_line(end: Result | WinbackError) -> str:
    """Write the end of a refresh as `Recorded` reads it.

    Args:
        end: its result, or why it failed.

    Returns:
        A line of JSON.
    """
    nodes = [asdict(node) for node in getattr(end, "nodes", ())]
    if isinstance(end, WinbackError):
        return json.dumps({"failed": str(end), "nodes": nodes, "broken_rules": list(getattr(end, "broken_rules", ()))})
    return json.dumps({"as_of_date": f"{end.as_of_date}", "nodes": nodes, "new_files": dict(end.new_files)})


def _nodes(told: list[dict[str, Any]]) -> tuple[Node, ...]:
    return tuple(Node(**node) for node in told)
